"""The URLs of every app."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from accounts.urls import jwks_urlpatterns
from carts.admin_site.try_a_basket import try_a_basket_page
from catalog.urls import media_urlpatterns
from core.http.openapi.views import redoc, schema, swagger

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("congocart.monitoring_urls")),
    path("admin", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/try-it/", admin.site.admin_view(try_a_basket_page), name="try_a_basket"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("accounts.urls")),
    path("api/v1/", include("staff.urls")),
    path("api/v1/", include("pricing.urls")),
    path("api/v1/", include("catalog.urls")),
    path("api/v1/", include("carts.urls")),
    path("api/v1/", include("checkout.urls")),
    path("api/v1/", include("orders.urls")),
    path("api/schema", schema, name="schema"),
    path("api/docs", swagger, name="swagger"),
    path("api/redoc", redoc, name="redoc"),
    *jwks_urlpatterns,
    *media_urlpatterns,
]
if not settings.PRODUCTION:  # where `/` is the storefront's
    urlpatterns += [
        path("", RedirectView.as_view(pattern_name="swagger")),
        path("", include("embedded.urls")),
    ]

handler400 = "core.http.error_pages.bad_request"
handler403 = "core.http.error_pages.forbidden"
handler404 = "core.http.error_pages.not_found"
handler500 = "core.http.error_pages.server_error"

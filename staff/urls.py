"""Routes of the API keys."""

from __future__ import annotations

from django.urls import path

from staff.views import ApiKeyViewSet

urlpatterns = [
    path("api-keys", ApiKeyViewSet.as_view({"get": "list", "post": "create"})),
    path("api-keys/<uuid:key_id>", ApiKeyViewSet.as_view({"delete": "destroy"})),
]

"""Paths of what prices depend on."""

from __future__ import annotations

from django.urls import path

from pricing.views import TaxRateViewSet

urlpatterns = [
    path("tax-rates", TaxRateViewSet.as_view({"get": "list", "post": "create"})),
    path("tax-rates/<uuid:rate_id>", TaxRateViewSet.as_view({"delete": "destroy"})),
]

"""Paths of what prices depend on."""

from __future__ import annotations

from django.urls import path

from pricing.views import PromotionCodeViewSet, PromotionViewSet, TaxRateViewSet

urlpatterns = [
    path("promotions", PromotionViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "promotions/<uuid:promotion_id>",
        PromotionViewSet.as_view(
            {
                "get": "retrieve",
                "patch": "partial_update",
                "delete": "destroy",
            }
        ),
    ),
    path(
        "promotions/<uuid:promotion_id>/codes",
        PromotionCodeViewSet.as_view({"get": "list", "post": "create"}),
    ),
    path("tax-rates", TaxRateViewSet.as_view({"get": "list", "post": "create"})),
    path("tax-rates/<uuid:rate_id>", TaxRateViewSet.as_view({"delete": "destroy"})),
]

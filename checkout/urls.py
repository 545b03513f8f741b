from __future__ import annotations

from typing import Any

from django.urls import path

from checkout.views import (
    CheckoutCouponViewSet,
    CheckoutViewSet,
    CountryViewSet,
    DraftOrderViewSet,
    ShippingMethodViewSet,
    ShippingQuoteViewSet,
    ShippingZoneViewSet,
    ShopViewSet,
)
from checkout.webhooks import PaymentWebhookViewSet

_ONE: dict[str, Any] = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}

urlpatterns = [
    path("countries", CountryViewSet.as_view({"get": "list"})),
    path("countries/<str:country_code>", CountryViewSet.as_view({"get": "retrieve"})),
    path("shop", ShopViewSet.as_view({"get": "retrieve"})),
    path("checkouts", CheckoutViewSet.as_view({"post": "create"})),
    path(
        "checkouts/<uuid:checkout_id>",
        CheckoutViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
    ),
    path("checkouts/<uuid:checkout_id>/complete", CheckoutViewSet.as_view({"post": "complete"})),
    path("checkouts/<uuid:checkout_id>/coupons", CheckoutCouponViewSet.as_view({"post": "create"})),
    path(
        "checkouts/<uuid:checkout_id>/coupons/<str:code>",
        CheckoutCouponViewSet.as_view({"delete": "destroy"}),
    ),
    path("payments/webhooks/<slug:provider>", PaymentWebhookViewSet.as_view({"post": "receive"})),
    path("checkouts/<uuid:checkout_id>/cancel", CheckoutViewSet.as_view({"post": "cancel"})),
    path("draft-orders", DraftOrderViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "draft-orders/<uuid:draft_id>",
        DraftOrderViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
    ),
    path("draft-orders/<uuid:draft_id>/send", DraftOrderViewSet.as_view({"post": "send"})),
    path("draft-orders/<uuid:draft_id>/complete", DraftOrderViewSet.as_view({"post": "complete"})),
    path("draft-orders/<uuid:draft_id>/cancel", DraftOrderViewSet.as_view({"post": "cancel"})),
    path("shipping-quotes", ShippingQuoteViewSet.as_view({"post": "create"})),
    path("shipping-methods", ShippingMethodViewSet.as_view({"get": "list", "post": "create"})),
    path("shipping-methods/<slug:method_code>", ShippingMethodViewSet.as_view(_ONE)),
    path("shipping-zones", ShippingZoneViewSet.as_view({"get": "list", "post": "create"})),
    path("shipping-zones/<slug:zone_code>", ShippingZoneViewSet.as_view(_ONE)),
]

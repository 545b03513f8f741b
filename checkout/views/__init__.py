"""Checkouts, and the ways to deliver, over HTTP."""

from __future__ import annotations

from checkout.views.checkouts import CheckoutCouponViewSet, CheckoutViewSet
from checkout.views.drafts import DraftOrderViewSet
from checkout.views.shipping import (
    ShippingMethodViewSet,
    ShippingQuoteViewSet,
    ShippingZoneViewSet,
)

__all__ = [
    "CheckoutCouponViewSet",
    "CheckoutViewSet",
    "DraftOrderViewSet",
    "ShippingMethodViewSet",
    "ShippingQuoteViewSet",
    "ShippingZoneViewSet",
]

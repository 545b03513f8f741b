"""Checkouts, and the ways to deliver, over HTTP."""

from __future__ import annotations

from checkout.views.checkouts import CheckoutCouponViewSet, CheckoutViewSet
from checkout.views.countries import CountryViewSet
from checkout.views.drafts import DraftOrderViewSet
from checkout.views.shipping import (
    ShippingMethodViewSet,
    ShippingQuoteViewSet,
    ShippingZoneViewSet,
)
from checkout.views.shop import ShopViewSet

__all__ = [
    "CheckoutCouponViewSet",
    "CheckoutViewSet",
    "CountryViewSet",
    "DraftOrderViewSet",
    "ShippingMethodViewSet",
    "ShippingQuoteViewSet",
    "ShippingZoneViewSet",
    "ShopViewSet",
]

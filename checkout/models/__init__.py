"""Checkouts, and the ways to deliver."""

from __future__ import annotations

from checkout.models.checkouts import Checkout, CheckoutLine
from checkout.models.drafts import DraftOrder
from checkout.models.shipping import (
    FreeShippingFrom,
    ShippingArea,
    ShippingBand,
    ShippingMethod,
    ShippingMethodZone,
    ShippingPrice,
    ShippingZone,
)

__all__ = [
    "Checkout",
    "CheckoutLine",
    "DraftOrder",
    "FreeShippingFrom",
    "ShippingArea",
    "ShippingBand",
    "ShippingMethod",
    "ShippingMethodZone",
    "ShippingPrice",
    "ShippingZone",
]

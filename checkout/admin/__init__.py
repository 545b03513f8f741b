"""The admin pages of checkouts and of the ways to deliver."""

from __future__ import annotations

from checkout.admin.checkouts import CheckoutAdmin
from checkout.admin.drafts import DraftOrderAdmin
from checkout.admin.shipping import ShippingMethodAdmin, ShippingZoneAdmin

__all__ = ["CheckoutAdmin", "DraftOrderAdmin", "ShippingMethodAdmin", "ShippingZoneAdmin"]

"""The admin pages of the catalog."""

from __future__ import annotations

from catalog.admin.price_lists import PriceListAdmin
from catalog.admin.products import CategoryAdmin, ProductAdmin, VariantAdmin

__all__ = ["CategoryAdmin", "PriceListAdmin", "ProductAdmin", "VariantAdmin"]

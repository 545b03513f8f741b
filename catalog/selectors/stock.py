"""The stock of what is for sale, which people know by its SKU."""

from __future__ import annotations

from catalog.domain import VariantNotFound
from catalog.models import Variant
from inventory.domain import Level


def level_of(sku: str) -> Level:
    """Return the stock of a variant. One statement. Raises `VariantNotFound`."""
    variant = Variant.objects.for_sale(sku).select_related("stock").first()
    if variant is None:
        raise VariantNotFound
    level: Level = variant.stock.level(sku)
    return level

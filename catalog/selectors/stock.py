"""The stock of variants, which people know by its SKU."""

from __future__ import annotations

from catalog.domain import VariantNotFound
from catalog.models import Variant
from inventory.domain import Level
from inventory.selectors import units_held


def level_of(sku: str) -> Level:
    """Return the stock of a variant. One statement. Raises `VariantNotFound`."""
    row = (
        Variant.objects.called(sku)
        .values_list(
            "pk", "sku", "stock__on_hand", units_held("stock__reserved"),
            "stock__tracked", "stock__backorder",
        )
        .first()
    )  # fmt: skip
    if row is None:
        raise VariantNotFound
    return Level(*row)

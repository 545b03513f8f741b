"""Correcting the stock of variants, which people know by its SKU."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import inventory.services
from catalog.domain import VariantNotFound
from catalog.models import Variant
from core.db.transactions import use_case
from inventory.domain import Adjustment

ADJUST_STOCK_ERRORS = (VariantNotFound, *inventory.services.ADJUST_STOCK_ERRORS)


@use_case
def adjust_stock_of_sku(
    *, sku: str, delta: int, reason: str, actor_id: UUID | None, now: datetime
) -> Adjustment:
    """Change the units on hand of a variant by `delta`, and record who did it and why.

    Raises `ADJUST_STOCK_ERRORS`.
    """
    variant_id = Variant.objects.called(sku).values_list("pk", flat=True).first()
    if variant_id is None:
        raise VariantNotFound
    return inventory.services.adjust_stock(
        variant_id=variant_id, delta=delta, reason=reason, actor_id=actor_id, now=now
    )

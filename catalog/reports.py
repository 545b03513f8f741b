"""What runs low, for the start page of the admin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, QuerySet

from catalog.models import Variant
from inventory.selectors import units_held


@dataclass(frozen=True, slots=True)
class LowStock:
    """A variant for sale of which few units are left."""

    variant_id: UUID
    sku: str
    title: str
    available: int


def low_stock(*, limit: int) -> list[LowStock]:
    """Return variants of whose tracked stock at most `LOW_STOCK` units are left, fewest first."""
    rows = (
        _running_out()
        .order_by("available", "pk")
        .values_list("pk", "sku", "product__title", "available")
    )
    return [LowStock(*row) for row in rows[:limit]]


def count_low_stock() -> int:
    """Return how many variants `low_stock` has in all."""
    return _running_out().count()


def _running_out() -> QuerySet[Any]:
    return (
        Variant.objects.filter(
            deleted_at=None,
            product__deleted_at=None,
            stock__tracked=True,
            stock__backorder=False,
        )
        .annotate(available=F("stock__on_hand") - units_held("stock__reserved"))
        .filter(available__lte=settings.LOW_STOCK)
    )

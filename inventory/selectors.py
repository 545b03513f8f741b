"""Reads of the inventory."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Sum

from inventory.domain import MovementKind
from inventory.models import Movement


def returned_units(*, order_id: UUID) -> dict[UUID, int]:
    """Return the units of an order that are back in stock, by variant."""
    rows = (
        Movement.objects.filter(
            order_id=order_id, kind__in=[MovementKind.RETURN, MovementKind.CANCELLATION]
        )
        .values_list("stock_id")
        .annotate(units=Sum("delta"))
    )
    return dict(rows)

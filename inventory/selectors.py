"""Reads of the inventory."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Sum

from inventory.domain import Level, MovementKind, StockNotFound
from inventory.models import Movement, Stock


def level_of(sku: str) -> Level:
    """The stock of a variant that is sold; one statement. Raises `StockNotFound`."""
    stock = None if "\0" in sku else Stock.objects.for_sale(sku).first()
    if stock is None:
        raise StockNotFound
    return stock.level(sku)


def returned_units(*, order_id: UUID) -> dict[UUID, int]:
    """Units of an order that are back on the shelf, by variant."""
    rows = (
        Movement.objects.filter(
            order_id=order_id, kind__in=[MovementKind.RETURN, MovementKind.CANCELLATION]
        )
        .values_list("stock_id")
        .annotate(units=Sum("delta"))
    )
    return dict(rows)

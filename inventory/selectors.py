"""Reads of the inventory."""

from __future__ import annotations

from uuid import UUID

from django.db import connection
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


def checkouts_behind_locks(*, checkout_id: UUID) -> set[UUID]:
    """Return who holds units of stock that this checkout holds, too, and someone has locked now.

    One statement, which waits for nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH own AS (
                SELECT stock_id FROM inventory_reservation WHERE checkout_id = %s
            ), free AS (
                SELECT variant_id FROM inventory_stock
                WHERE variant_id IN (SELECT stock_id FROM own) FOR NO KEY UPDATE SKIP LOCKED
            )
            SELECT DISTINCT checkout_id FROM inventory_reservation
            WHERE stock_id IN (SELECT stock_id FROM own)
                AND stock_id NOT IN (SELECT variant_id FROM free)
            """,
            [checkout_id],
        )
        return {row[0] for row in cursor.fetchall()}

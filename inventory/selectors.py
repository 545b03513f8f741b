"""Reads of the inventory."""

from __future__ import annotations

from uuid import UUID

from django.db import connection
from django.db.models import Case, F, OuterRef, Subquery, Sum, When
from django.db.models.functions import Coalesce, Now

from inventory.domain import MovementKind
from inventory.models import Movement, Reservation

# Changes at the moment at which a reservation lapses, though nothing is committed then.
LAPSED_RESERVATIONS = """
SELECT count(*) FROM inventory_reservation WHERE expires_at <= statement_timestamp()
"""


def units_held(reserved: str = "reserved") -> Case:
    """Return an expression: the units of a variant that checkouts hold now.

    For rows whose primary key is the variant's, of stock or of variants; `reserved` leads to the
    counter, and None stays None. A reservation that has lapsed holds nothing, whether or not a
    worker has ended it: the database's clock decides, which all nodes share.
    """
    lapsed = (
        Reservation.objects.filter(stock_id=OuterRef("pk"), expires_at__lte=Now())
        .order_by()
        .values("stock_id")
        .values(units=Sum("quantity"))
    )
    some = F(reserved) - Coalesce(Subquery(lapsed), 0)
    return Case(When(**{f"{reserved}__gt": 0}, then=some), default=F(reserved))


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

"""Units that checkouts hold: reserved together or not at all, then sold or released.

Every function locks its stock rows in the order of their variants, before any
reservation, so two checkouts of the same variants queue up and never wait in a circle.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from core.db.lines import in_line
from core.db.transactions import transaction_required
from core.ids import uuid7
from events.services import record_event
from inventory.domain import Level, MovementKind, fell_low, insufficient, shortages
from inventory.models import Movement, Reservation, Stock

_HOLD = """
WITH wanted AS (
    SELECT * FROM unnest(%(ids)s::uuid[], %(variants)s::uuid[], %(units)s::int[])
        AS wanted (id, stock_id, quantity)
), held AS (
    INSERT INTO inventory_reservation (id, checkout_id, stock_id, quantity, expires_at)
    SELECT id, %(checkout)s, stock_id, quantity, %(until)s FROM wanted
)
UPDATE inventory_stock SET reserved = reserved + wanted.quantity
FROM wanted WHERE variant_id = wanted.stock_id
"""
# What was held is sold up to what is wanted, and freed beyond that.
_SELL = """
WITH gone AS (
    DELETE FROM inventory_reservation WHERE checkout_id = %(checkout)s
    RETURNING stock_id, quantity
), sold AS (
    UPDATE inventory_stock
    SET reserved = reserved - gone.quantity,
        on_hand = on_hand - least(gone.quantity, coalesce(wanted.quantity, 0))
    FROM gone LEFT JOIN unnest(%(variants)s::uuid[], %(units)s::int[])
        AS wanted (stock_id, quantity) USING (stock_id)
    WHERE variant_id = stock_id
)
SELECT stock_id, quantity FROM gone
"""


@transaction_required
def reserve(
    *,
    checkout_id: UUID,
    demand: Mapping[UUID, int],
    instead_of: Collection[UUID] = (),
    expires_at: datetime,
    now: datetime,
) -> None:
    """Hold `demand` (units by variant) for a checkout until `expires_at`.

    What the checkouts `instead_of` hold is released first, and reservations of
    others that have run out are if that is what it takes. Raises `InsufficientStock`
    naming every short SKU; nothing has changed then.
    """
    locked = lock_levels({*demand, *(_held_by(instead_of) if instead_of else ())})
    levels = [level for level in locked if level.variant_id in demand]
    if instead_of:
        levels = _free(levels, "checkout_id = ANY(%s)", [list(instead_of)])
    _require_available(levels, demand, now=now)
    with connection.cursor() as cursor:
        cursor.execute(
            _HOLD,
            {
                "ids": [uuid7() for _ in demand],
                "checkout": checkout_id,
                "variants": list(demand),
                "units": list(demand.values()),
                "until": expires_at,
            },
        )


@transaction_required
def release(*, checkout_ids: Collection[UUID]) -> None:
    """Release what checkouts hold, all at once; holding nothing is fine."""
    if held := _held_by(checkout_ids):
        lock_levels(held)
        _free([], "checkout_id = ANY(%s)", [list(checkout_ids)])


@transaction_required
def consume(*, checkout_id: UUID, demand: Mapping[UUID, int], now: datetime) -> None:
    """Take sold units (by variant) out of the stock, from the checkout's reservation.

    What the reservation no longer holds is taken from what is free. Raises
    `InsufficientStock` when there is not enough; nothing is taken then.
    """
    levels = lock_levels(demand)
    with connection.cursor() as cursor:
        cursor.execute(
            _SELL,
            {"checkout": checkout_id, "variants": [*demand], "units": [*demand.values()]},
        )
        held = dict(cursor.fetchall())
    missing = {
        variant_id: quantity - held.get(variant_id, 0)
        for variant_id, quantity in demand.items()
        if quantity > held.get(variant_id, 0)
    }
    if missing:
        short = [level for level in levels if level.variant_id in missing]
        _require_available(short, missing, now=now)
        _add({variant_id: -units for variant_id, units in missing.items()})
    for level in levels:
        announce_low_stock(level, taken=demand[level.variant_id], now=now)


@transaction_required
def announce_low_stock(level: Level, *, taken: int, now: datetime) -> None:
    """Record that stock was not low before so many units were `taken` from it, and is now."""
    if fell_low(level, taken, settings.LOW_STOCK):
        record_event(
            type="stock.low",
            subject_id=level.variant_id,
            data={"sku": level.sku, "on_hand": level.on_hand - taken},
            now=now,
        )


@transaction_required
def record_sale(*, order_id: UUID, demand: Mapping[UUID, int], now: datetime) -> None:
    """Write the ledger's entries for units that `consume` takes in the same transaction."""
    sold = {variant_id: -units for variant_id, units in demand.items()}
    _record(MovementKind.SALE, order_id, sold, now=now)


@transaction_required
def sell(
    *, order_id: UUID, units: Mapping[UUID, int], actor_id: UUID | None, now: datetime
) -> None:
    """Take units (by variant) out of the stock for an order that was placed before.

    Raises `InsufficientStock` naming every short SKU; nothing is taken then.
    """
    levels = lock_levels(units)
    _require_available(levels, units, now=now)
    sold = {variant_id: -count for variant_id, count in units.items()}
    _add(sold)
    _record(MovementKind.SALE, order_id, sold, actor_id=actor_id, now=now)
    for level in levels:
        announce_low_stock(level, taken=units[level.variant_id], now=now)


@transaction_required
def restock(
    *,
    order_id: UUID,
    units: Mapping[UUID, int],
    kind: MovementKind,
    reason: str,
    actor_id: UUID | None = None,
    now: datetime,
) -> None:
    """Put units (by variant) of an order back into stock; `lock_levels` comes first."""
    _add(units)
    _record(kind, order_id, units, reason=reason, actor_id=actor_id, now=now)


@transaction_required
def end_lapsed(levels: Sequence[Level], *, now: datetime) -> list[Level]:
    """End the reservations of locked stock that have run out; return `levels` as they are then."""
    lapsed = "expires_at <= %s AND stock_id = ANY(%s)"
    return _free(levels, lapsed, [now, [level.variant_id for level in levels]])


@transaction_required
def lock_levels(variant_ids: Collection[UUID]) -> list[Level]:
    """Lock the stock of the variants, in the order of their ids, and return it."""
    rows = (
        Stock.objects.filter(pk__in=list(variant_ids))
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
        .values_list("pk", "variant__sku", "on_hand", "reserved", "tracked", "backorder")
    )
    with in_line(variant_ids):
        return [Level(*row) for row in rows]


def _held_by(checkout_ids: Collection[UUID]) -> list[UUID]:
    """Return the variants of which the checkouts hold units."""
    held = Reservation.objects.filter(checkout_id__in=checkout_ids)
    return list(held.values_list("stock_id", flat=True).distinct())


def _require_available(
    levels: Sequence[Level], wanted: Mapping[UUID, int], *, now: datetime
) -> None:
    """Raise `InsufficientStock` unless units are free, of reservations that ran out at need."""
    if shortages(levels, wanted):
        levels = end_lapsed(levels, now=now)
    if short := shortages(levels, wanted):
        raise insufficient(short)


def _free(levels: Sequence[Level], condition: str, params: list[Any]) -> list[Level]:
    """End reservations of locked stock; return `levels` as they are then."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH gone AS (DELETE FROM inventory_reservation "  # noqa: S608 - constant conditions
            f"WHERE {condition} RETURNING stock_id, quantity), "
            "freed AS (SELECT stock_id, sum(quantity)::int AS units FROM gone GROUP BY stock_id) "
            "UPDATE inventory_stock SET reserved = reserved - units FROM freed "
            "WHERE variant_id = stock_id RETURNING variant_id, units",
            params,
        )
        freed = dict(cursor.fetchall())
    return [
        replace(level, reserved=level.reserved - freed.get(level.variant_id, 0)) for level in levels
    ]


def _add(units: Mapping[UUID, int]) -> None:
    """Add to what is on hand of locked variants, all in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE inventory_stock AS stock SET on_hand = stock.on_hand + added.units "
            "FROM unnest(%s::uuid[], %s::int[]) AS added (variant_id, units) "
            "WHERE stock.variant_id = added.variant_id",
            [list(units), list(units.values())],
        )


def _record(
    kind: MovementKind,
    order_id: UUID,
    deltas: Mapping[UUID, int],
    *,
    reason: str = "",
    actor_id: UUID | None = None,
    now: datetime,
) -> None:
    Movement.objects.bulk_create(
        Movement(
            id=uuid7(),
            stock_id=variant_id,
            delta=delta,
            kind=kind,
            reason=reason,
            order_id=order_id,
            actor_id=actor_id,
            created_at=now,
        )
        for variant_id, delta in deltas.items()
    )

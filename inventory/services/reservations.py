"""Units that checkouts hold: reserved together or not at all, then sold or given back.

Every function locks its stock rows in the order of their variants, before any
reservation, so two checkouts of the same goods queue up and never wait in a circle.
None opens a transaction: they are steps of a use case of `checkout` or `orders`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from core.db.transactions import transaction_required
from core.ids import uuid7
from inventory.domain import Level, MovementKind, insufficient, shortages
from inventory.models import Movement, Reservation, Stock


@transaction_required
def reserve(
    *,
    checkout_id: UUID,
    demand: Mapping[UUID, int],
    instead_of: Collection[UUID] = (),
    expires_at: datetime,
    now: datetime,
) -> None:
    """Holds `demand` (units by variant) for a checkout until `expires_at`.

    What the checkouts `instead_of` hold is given back first, and reservations of
    others that have run out are if that is what it takes. Raises `InsufficientStock`
    naming every short SKU; nothing has changed then.
    """
    levels = _levels_without(instead_of, demand) if instead_of else lock_levels(demand)
    short = shortages(levels, demand)
    if short:
        lapsed = _released(demand, now=now)
        levels = [_less_reserved(level, lapsed.get(level.variant_id, 0)) for level in levels]
        short = shortages(levels, demand)
    if short:
        raise insufficient(short)
    _change(reserved=demand)
    Reservation.objects.bulk_create(
        Reservation(
            id=uuid7(),
            checkout_id=checkout_id,
            stock_id=variant_id,
            quantity=quantity,
            expires_at=expires_at,
        )
        for variant_id, quantity in demand.items()
    )


@transaction_required
def release(*, checkout_ids: Collection[UUID]) -> None:
    """Gives back what checkouts hold, all in one go; holding nothing is fine."""
    held = _held_by(checkout_ids)
    if held:
        lock_levels(held)
        _given_back(checkout_ids)


@transaction_required
def consume(*, checkout_id: UUID, demand: Mapping[UUID, int], now: datetime) -> None:
    """Takes sold units (by variant) out of the stock, from the checkout's reservation.

    What the reservation no longer holds is taken from what is free. Raises
    `InsufficientStock` when there is not enough; nothing is taken then.
    """
    levels = lock_levels(demand)
    held = _deleted("checkout_id = %s", [checkout_id])
    missing = {
        variant_id: quantity - held.get(variant_id, 0)
        for variant_id, quantity in demand.items()
        if quantity > held.get(variant_id, 0)
    }
    if missing:
        _require_free([level for level in levels if level.variant_id in missing], missing, now=now)
    _change(on_hand=_negative(demand), reserved=_negative(held))


@transaction_required
def record_sale(*, order_id: UUID, demand: Mapping[UUID, int], now: datetime) -> None:
    """Writes the ledger's entries for units that `consume` takes in the same transaction."""
    _record(MovementKind.SALE, order_id, _negative(demand), now=now)


@transaction_required
def restock(
    *, order_id: UUID, units: Mapping[UUID, int], kind: MovementKind, reason: str, now: datetime
) -> None:
    """Puts units (by variant) of an order back on the shelf; `lock_levels` comes first."""
    _change(on_hand=units)
    _record(kind, order_id, units, reason=reason, now=now)


@transaction_required
def lock_levels(variant_ids: Collection[UUID]) -> list[Level]:
    """The stock of the variants, locked in the order of their ids."""
    rows = (
        Stock.objects.filter(pk__in=list(variant_ids))
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
        .values_list("pk", "variant__sku", "on_hand", "reserved", "tracked", "backorder")
    )
    return [Level(*row) for row in rows]


def _levels_without(checkout_ids: Collection[UUID], demand: Collection[UUID]) -> list[Level]:
    """The levels of `demand` once `checkout_ids` hold nothing; all of it is locked in one go."""
    levels = lock_levels({*demand, *_held_by(checkout_ids)})
    freed = _given_back(checkout_ids)
    return [
        _less_reserved(level, freed.get(level.variant_id, 0))
        for level in levels
        if level.variant_id in demand
    ]


def _held_by(checkout_ids: Collection[UUID]) -> list[UUID]:
    held = Reservation.objects.filter(checkout_id__in=checkout_ids)
    return list(held.values_list("stock_id", flat=True).distinct())


def _given_back(checkout_ids: Collection[UUID]) -> dict[UUID, int]:
    units = _deleted("checkout_id = ANY(%s)", [list(checkout_ids)])
    _change(reserved=_negative(units))
    return units


def _require_free(levels: Sequence[Level], missing: Mapping[UUID, int], *, now: datetime) -> None:
    if shortages(levels, missing):
        lapsed = _released(missing, now=now)
        levels = [_less_reserved(level, lapsed.get(level.variant_id, 0)) for level in levels]
    short = shortages(levels, missing)
    if short:
        raise insufficient(short)


def _released(variant_ids: Collection[UUID], *, now: datetime) -> dict[UUID, int]:
    """Ends reservations of these variants that have run out; the units by variant."""
    lapsed = _deleted("expires_at <= %s AND stock_id = ANY(%s)", [now, list(variant_ids)])
    _change(reserved=_negative(lapsed))
    return lapsed


def _deleted(condition: str, params: list[Any]) -> dict[UUID, int]:
    """Deletes reservations and tells the units they held, by variant, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH gone AS (DELETE FROM inventory_reservation "  # noqa: S608 - constant conditions
            f"WHERE {condition} RETURNING stock_id, quantity) "
            "SELECT stock_id, sum(quantity)::int FROM gone GROUP BY stock_id",
            params,
        )
        return dict(cursor.fetchall())


def _change(
    *, on_hand: Mapping[UUID, int] | None = None, reserved: Mapping[UUID, int] | None = None
) -> None:
    """Adds to the counters of locked rows, all variants in one statement."""
    on_hand, reserved = on_hand or {}, reserved or {}
    variant_ids = list(on_hand.keys() | reserved.keys())
    if not variant_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE inventory_stock AS stock
            SET on_hand = stock.on_hand + delta.on_hand,
                reserved = stock.reserved + delta.reserved
            FROM unnest(%s::uuid[], %s::int[], %s::int[]) AS delta (variant_id, on_hand, reserved)
            WHERE stock.variant_id = delta.variant_id
            """,
            [
                variant_ids,
                [on_hand.get(variant_id, 0) for variant_id in variant_ids],
                [reserved.get(variant_id, 0) for variant_id in variant_ids],
            ],
        )


def _record(
    kind: MovementKind,
    order_id: UUID,
    deltas: Mapping[UUID, int],
    *,
    reason: str = "",
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
            created_at=now,
        )
        for variant_id, delta in deltas.items()
    )


def _negative(units: Mapping[UUID, int]) -> dict[UUID, int]:
    return {variant_id: -quantity for variant_id, quantity in units.items()}


def _less_reserved(level: Level, units: int) -> Level:
    return Level(
        level.variant_id,
        level.sku,
        level.on_hand,
        level.reserved - units,
        level.tracked,
        level.backorder,
    )

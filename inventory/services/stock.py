"""Creating stock, and correcting it by hand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from core.db.transactions import transaction_required
from inventory.domain import (
    Adjustment,
    InsufficientStock,
    MovementKind,
    StockTooLarge,
    on_hand_after,
)
from inventory.models import Movement, Stock
from inventory.services.reservations import announce_low_stock, end_lapsed, lock_levels


@transaction_required
def create_stock(
    *, quantities: Mapping[UUID, int], actor_id: UUID | None = None, now: datetime
) -> None:
    """Give new variants their stock (units by variant id).

    Units on hand are recorded as an `initial` movement; none are no movement.
    """
    Stock.objects.bulk_create(
        Stock(variant_id=variant_id, on_hand=units) for variant_id, units in quantities.items()
    )
    Movement.objects.bulk_create(
        Movement(
            stock_id=variant_id,
            delta=units,
            kind=MovementKind.INITIAL,
            actor_id=actor_id,
            created_at=now,
        )
        for variant_id, units in quantities.items()
        if units
    )


ADJUST_STOCK_ERRORS = (InsufficientStock, StockTooLarge)


@transaction_required
def adjust_stock(
    *, variant_id: UUID, delta: int, reason: str, actor_id: UUID | None, now: datetime
) -> Adjustment:
    """Change the units on hand of a variant by `delta`, and record who did it and why.

    Reservations that have run out are ended first. Raises `ADJUST_STOCK_ERRORS`: the stock is
    insufficient when fewer units would be left than checkouts hold.
    """
    [level] = end_lapsed(lock_levels([variant_id]), now=now)
    on_hand = on_hand_after(level, delta)
    announce_low_stock(level, taken=-delta, now=now)
    level = replace(level, on_hand=on_hand)
    Stock.objects.filter(pk=variant_id).update(on_hand=level.on_hand)
    movement = Movement.objects.create(
        stock_id=variant_id,
        delta=delta,
        kind=MovementKind.ADJUSTMENT,
        reason=reason,
        actor_id=actor_id,
        created_at=now,
    )
    return Adjustment(movement.id, delta, reason, now, level)


@transaction_required
def forget_reasons(*, order_ids: Collection[UUID]) -> None:
    """Blank what people gave as a reason for units of an order that came back."""
    Movement.objects.filter(order__in=order_ids).exclude(reason="").update(reason="")

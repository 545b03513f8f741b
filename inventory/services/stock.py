"""Creating stock, and correcting it by hand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from core.db.transactions import transaction_required, use_case
from inventory.domain import (
    Adjustment,
    InsufficientStock,
    MovementKind,
    StockNotFound,
    StockTooLarge,
    on_hand_after,
)
from inventory.models import Movement, Stock


@transaction_required
def create_stock(
    *, quantities: Mapping[UUID, int], actor_id: UUID | None = None, now: datetime
) -> None:
    """Gives new variants their stock (units by variant id).

    Units at hand are recorded as an `initial` movement; none are no movement.
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


ADJUST_STOCK_ERRORS = (StockNotFound, InsufficientStock, StockTooLarge)


@use_case
def adjust_stock(
    *, sku: str, delta: int, reason: str, actor_id: UUID | None, now: datetime
) -> Adjustment:
    """Changes the units at hand of a variant by `delta`, and records who did it and why.

    Raises `ADJUST_STOCK_ERRORS`: the stock is insufficient when fewer units would be left than
    checkouts hold.
    """
    stock = _locked(sku)
    stock.on_hand = on_hand_after(stock.level(sku), delta)
    stock.save(update_fields=["on_hand"])
    movement = Movement.objects.create(
        stock=stock,
        delta=delta,
        kind=MovementKind.ADJUSTMENT,
        reason=reason,
        actor_id=actor_id,
        created_at=now,
    )
    return Adjustment(movement.id, delta, reason, now, stock.level(sku))


def _locked(sku: str) -> Stock:
    stock = Stock.objects.for_sale(sku).select_for_update(no_key=True, of=("self",)).first()
    if stock is None:
        raise StockNotFound
    return stock


@transaction_required
def forget_reasons(*, order_ids: Collection[UUID]) -> None:
    """Blanks what people gave as a reason for units of an order that came back."""
    Movement.objects.filter(order__in=order_ids).exclude(reason="").update(reason="")

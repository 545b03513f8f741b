"""What staff do about an order without changing what was bought: notes, hold and release."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.caller import Caller
from core.db.transactions import transaction_required, use_case
from core.states import InvalidTransition
from events.domain import actor_of
from events.services import record_event
from orders.domain import (
    OrderNotFound,
    OrderNotOnHold,
    OrderOnHold,
    OrderStatus,
    require_not_held,
    require_open,
)
from orders.models import Order
from orders.selectors import order_for
from orders.services.locking import lock_order

NOTE_ORDER_ERRORS = (OrderNotFound,)
HOLD_ORDER_ERRORS = (OrderNotFound, OrderOnHold, InvalidTransition)
RELEASE_ORDER_ERRORS = (OrderNotFound, OrderNotOnHold)


@use_case
def note_order(
    *, caller: Caller, number: str, note: str, seen: int | None = None, now: datetime
) -> Order:
    """Append a note for colleagues to the timeline; buyers never see it, nobody edits it.

    Raises `NOTE_ORDER_ERRORS`.
    """
    order = lock_order(caller=caller, number=number, seen=seen)
    _record("order.noted", caller, order, now=now, note=note)
    return order_for(caller=caller, number=number)


@use_case
def hold_order(
    *, caller: Caller, number: str, reason: str = "", seen: int | None = None, now: datetime
) -> Order:
    """Hold an order: nothing of it is sent until it is released.

    Raises `HOLD_ORDER_ERRORS`; `InvalidTransition` for an order that is not open.
    """
    order = lock_order(caller=caller, number=number, seen=seen)
    require_open(OrderStatus(order.status))
    require_not_held(order.held_at)
    put_on_hold(order, caller=caller, reason=reason, now=now)
    return order_for(caller=caller, number=number)


@transaction_required
def put_on_hold(order: Order, *, caller: Caller, reason: str, now: datetime) -> None:
    """Hold an open order that is locked."""
    order.held_at, order.hold_reason = now, reason
    order.save(update_fields=["held_at", "hold_reason"])
    _record("order.held", caller, order, now=now, reason=reason)


@use_case
def release_order(*, caller: Caller, number: str, seen: int | None = None, now: datetime) -> Order:
    """Release an order from hold. Raises `RELEASE_ORDER_ERRORS`."""
    order = lock_order(caller=caller, number=number, seen=seen)
    if order.held_at is None:
        raise OrderNotOnHold
    order.held_at, order.hold_reason = None, ""
    order.save(update_fields=["held_at", "hold_reason"])
    _record("order.released", caller, order, now=now)
    return order_for(caller=caller, number=number)


def _record(event: str, caller: Caller, order: Order, *, now: datetime, **data: Any) -> None:
    record_event(type=event, subject_id=order.id, data=data, by=actor_of(caller), now=now)

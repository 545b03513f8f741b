"""Refunding what came back by a return."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from core.caller import Caller
from core.db.transactions import RecoveryPoint, rehearse, two_step
from core.money import Money
from core.states import InvalidTransition
from events.domain import actor_of
from orders.domain import (
    RETURN_TRANSITIONS,
    OrderNotFound,
    ReturnKind,
    ReturnNotFound,
    ReturnRefunded,
    ReturnStatus,
    keeps_nothing,
)
from orders.models import Order
from orders.selectors import order_for, return_of, units_of
from orders.services.balancing import execute_all
from orders.services.completing import complete_if_done
from orders.services.locking import lock_order
from orders.services.refunds import RefundWanted, record_refund_of_order
from payments.domain import AmountNotPayable, OutcomeMismatch, RefundExceedsPaid

REFUND_RETURN_ERRORS = (
    OrderNotFound,
    ReturnNotFound,
    InvalidTransition,
    ReturnRefunded,
    RefundExceedsPaid,
    AmountNotPayable,
    OutcomeMismatch,
)


def refund_return(
    *, caller: Caller, number: str, return_id: UUID, seen: int | None = None, now: datetime
) -> Order:
    """Refund the units of a return that has been received, as far as they have not been refunded.

    A withdrawal after which the buyer keeps nothing brings back what is left of the cost of
    delivery, too (Directive 2011/83/EU, Article 13). Raises `REFUND_RETURN_ERRORS`,
    `OutcomeMismatch` once the refund is recorded.
    """
    return two_step(
        record=lambda: _record(caller, number, return_id, seen=seen, now=now),
        execute=lambda order: execute_all(order_id=order.id, by=actor_of(caller)),
        conclude=lambda *_: complete_if_done(caller=caller, number=number, now=now),
    )


def preview_refund_of_return(
    *, caller: Caller, number: str, return_id: UUID, now: datetime
) -> Money:
    """Tell what `refund_return` would give back, and do nothing. Raises `REFUND_RETURN_ERRORS`."""

    def phase() -> Money:
        before = order_for(caller=caller, number=number)
        _record(caller, number, return_id, seen=None, now=now)
        after = order_for(caller=caller, number=number)
        return Money(before.refundable - after.refundable, before.currency)

    return rehearse(phase)


def _record(
    caller: Caller, number: str, return_id: UUID, *, seen: int | None, now: datetime
) -> RecoveryPoint:
    order = lock_order(caller=caller, number=number, seen=seen)
    found = return_of(order, return_id)
    if found.status != ReturnStatus.RECEIVED:
        allowed = sorted(RETURN_TRANSITIONS[ReturnStatus(found.status)])
        members: dict[str, Any] = {"from": found.status, "to": "refunded", "allowed": allowed}
        raise InvalidTransition("This return has not been received.", **members)
    lines = units_of(order)
    # Units that came back are refunded before others, so these may have been already; so may
    # units that were refunded while they were on their way.
    units = {
        item.line.sku: min(item.quantity, lines[item.line.sku].refundable_returned)
        for item in found.items.all()
        if lines[item.line.sku].refundable_returned
    }
    if not units:
        raise ReturnRefunded
    with_shipping = found.kind == ReturnKind.WITHDRAWAL and keeps_nothing(lines.values())
    wanted = RefundWanted(None, units, reason=found.reason, shipping=with_shipping)
    return record_refund_of_order(caller, number, wanted, now=now)

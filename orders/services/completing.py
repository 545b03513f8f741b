"""Completing orders of which nothing is left to do."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from accounts.domain import Role
from core.caller import Caller
from core.db.batches import in_time, isolated
from core.db.transactions import transaction_required, use_case
from events.domain import SYSTEM
from events.services import record_event
from orders.domain import (
    PAID_PAYMENTS,
    OrderStatus,
    ReturnStatus,
    ShipmentStatus,
    last_arrival,
)
from orders.models import Order
from orders.selectors import numbers_maybe_done, order_for, units_of
from orders.services.locking import lock_order
from payments.domain import PaymentStatus

# The job runs every five minutes.
RUN_SECONDS = 120.0
AT_MOST = 20_000

_THE_SHOP = Caller(roles=frozenset({Role.ADMIN}))
_ON_THEIR_WAY_BACK = (ReturnStatus.REQUESTED, ReturnStatus.APPROVED)


@transaction_required
def complete_if_done(*, caller: Caller, number: str, now: datetime) -> Order:
    """Return the order as it is; completed, if nothing of it is left to do.

    That is: open and not held, nothing due or on its way back to the buyer, every unit sent or
    refunded before, and what was sent has arrived, or counts as delivered by now. Locks the order
    and its payments before it completes it.
    """
    order = order_for(caller=caller, number=number)
    if not _is_done(order, now=now):
        return order
    lock_order(caller=caller, number=number)
    order = order_for(caller=caller, number=number)
    if _is_done(order, now=now):
        order.status, order.completed_at = OrderStatus.COMPLETED, now
        order.save(update_fields=["status", "completed_at"])
        record_event(
            type="order.completed",
            subject_id=order.id,
            data={"number": order.number},
            by=SYSTEM,
            now=now,
        )
    return order


def complete_orders(*, now: datetime, seconds: float = RUN_SECONDS) -> int:
    """Complete the orders of which nothing is left to do any more; return how many.

    Each in a transaction of its own, for so many `seconds`; the rest is left for the next run. One
    that fails is logged and stops no other.
    """
    completed = 0
    assumed_days = settings.AFTER_SALES.delivery
    numbers = numbers_maybe_done(now=now, assumed_days=assumed_days, limit=AT_MOST)
    for number in in_time(numbers, seconds):
        with isolated("completing_failed", order=number):
            completed += _complete(number=number, now=now)
    return completed


@use_case
def _complete(*, number: str, now: datetime) -> bool:
    order = complete_if_done(caller=_THE_SHOP, number=number, now=now)
    return order.completed_at == now


def _is_done(order: Order, *, now: datetime) -> bool:
    """Tell by what `order_for` has read; the units are counted only if nothing else is left."""
    if order.status != OrderStatus.OPEN or order.held_at is not None:
        return False
    if order.payment_status not in PAID_PAYMENTS or order.due:
        return False
    if any(payment.refunding for payment in order.payments.all()):
        return False
    if any(each.status in _ON_THEIR_WAY_BACK for each in order.returns.all()):
        return False
    sent = [each for each in order.fulfillments.all() if each.status != ShipmentStatus.CANCELED]
    arrived = last_arrival(sent, assumed_days=settings.AFTER_SALES.delivery)
    if sent and (arrived is None or arrived > now):
        return False
    # What was refunded in full is not sent any more.
    refunded = order.payment_status == PaymentStatus.REFUNDED
    return refunded or not any(line.left for line in units_of(order).values())

"""Withdrawing from a purchase, in two steps: a statement, and its confirmation.

Directive 2011/83/EU, Article 11a. What was not sent is canceled or refunded at once; what was sent
comes back by a return that needs nobody's approval, and is refunded when it has arrived.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from accounts.access import OWNER_OR_SUPPORT
from accounts.services import lock_active_account_shared
from core.caller import Caller
from core.db.transactions import RecoveryPoint, RunAgain, transaction_required, two_step, use_case
from core.errors import Forbidden
from core.money import Money
from core.states import InvalidTransition, require_transition
from events.domain import actor_of
from events.selectors import event_with
from events.services import record_event
from orders.domain import (
    TRANSITIONS,
    OrderNotFound,
    OrderStatus,
    RefundExceedsOrdered,
    ReturnKind,
    ReturnStatus,
    UnknownItem,
    WithdrawalExceedsOrdered,
    WithdrawalNotOffered,
    WithdrawalPeriodOver,
    WithdrawnUnits,
    last_arrival,
    require_withdrawable,
    require_within_period,
    units_to_withdraw,
    withdrawal_deadline,
)
from orders.models import Order
from orders.selectors import order_for, units_of
from orders.services.attending import put_on_hold
from orders.services.canceling import record_cancellation
from orders.services.completing import complete_if_done
from orders.services.locking import acts_as_staff, lock_order
from orders.services.refunds import RefundWanted, record_refund_of_order
from orders.services.returning import change_decision, open_return
from orders.services.shares import shares_to_refund
from payments.domain import (
    AmountNotPayable,
    OperationInProgress,
    OutcomeMismatch,
    RefundExceedsPaid,
)
from payments.selectors import payments_of_order
from payments.services import execute_operations

# The one place that says who may withdraw: the buyer, and support in their stead.
WITHDRAW_ACCESS = OWNER_OR_SUPPORT
WITHDRAW_ERRORS = (
    OrderNotFound,
    UnknownItem,
    WithdrawalNotOffered,
    WithdrawalPeriodOver,
    WithdrawalExceedsOrdered,
    InvalidTransition,
    Forbidden,
    OperationInProgress,
    OutcomeMismatch,
)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What is withdrawn from, in units by SKU, and what the buyer gets back for it.

    `deadline` is None while something is still to arrive; `submitted_at` until it is confirmed.
    """

    order: Order
    items: Mapping[str, int]
    everything: bool
    refund: Money
    deadline: datetime | None
    submitted_at: datetime | None = None


@use_case
def preview_withdrawal(
    *, caller: Caller, number: str, items: Mapping[str, int], now: datetime
) -> Withdrawal:
    """Tell what withdrawing would do, and do nothing. Raises `WITHDRAW_ERRORS`."""
    order = order_for(caller=caller, number=number)
    units, deadline = _decide(order, items, caller=caller, now=now)
    refund = _worth(order, units)
    return Withdrawal(order, units.by_sku, units.everything, refund, deadline)


def withdraw(*, caller: Caller, number: str, items: Mapping[str, int], now: datetime) -> Withdrawal:
    """Withdraw from units of an order by SKU, or from all of it, and acknowledge it by e-mail.

    The acknowledgment tells what was submitted and when. A provider is asked for the money after
    the withdrawal is committed. Raises `WITHDRAW_ERRORS`, `OutcomeMismatch` once it is recorded.
    """

    def execute(point: RecoveryPoint) -> None:
        for payment in payments_of_order(event_with(point.id).subject_id):
            execute_operations(payment_id=payment.id, by=actor_of(caller))

    def conclude(point: RecoveryPoint, _: None) -> Withdrawal:
        event = event_with(point.id)
        order = complete_if_done(caller=caller, number=number, now=now)
        return Withdrawal(
            order,
            {item["sku"]: item["quantity"] for item in event.data["items"]},
            event.data["everything"],
            Money(event.data["amount"], order.currency),
            _deadline(order),
            event.created_at,
        )

    return two_step(
        record=lambda: RecoveryPoint(_record(caller, number, items, now=now)),
        execute=execute,
        conclude=conclude,
    )


@transaction_required
def _record(caller: Caller, number: str, items: Mapping[str, int], *, now: datetime) -> UUID:
    """Do what follows from the withdrawal, and return the id of the event that tells of it."""
    if caller.user_id:
        lock_active_account_shared(user_id=caller.user_id)
    read = order_for(caller=caller, number=number)
    units, _ = _decide(read, items, caller=caller, now=now)
    amount = _worth(read, units).amount

    def still_the_same(_: Order) -> None:
        found = order_for(caller=caller, number=number)
        decided = _decide(found, items, caller=caller, now=now)[0]
        if (decided, _worth(found, units).amount) != (units, amount):
            raise RunAgain  # What was read before the locks has changed.

    if units.cancels:
        record_cancellation(caller=caller, number=number, allowed=still_the_same, now=now)
    else:
        order = lock_order(caller=caller, number=number, with_stock=True)
        still_the_same(order)
        if units.unsent:
            _refund_or_hold(order, units.unsent, caller=caller, now=now)
        if units.sent:
            kind = ReturnKind.WITHDRAWAL
            coming = open_return(order, units.sent, kind=kind, caller=caller, now=now)
            change_decision(order, coming, ReturnStatus.APPROVED, caller=caller, now=now)
    return record_event(
        type="order.withdrawn",
        subject_id=read.id,
        data={
            "items": [{"sku": sku, "quantity": count} for sku, count in units.by_sku.items()],
            "everything": units.everything,
            "amount": amount,
            "comes_back": bool(units.sent),
        },
        by=actor_of(caller),
        now=now,
    )


def _decide(
    order: Order, items: Mapping[str, int], *, caller: Caller, now: datetime
) -> tuple[WithdrawnUnits, datetime | None]:
    """Return what is withdrawn from, and until when it can be. Raises `WITHDRAW_ERRORS`."""
    acts_as_staff(caller, order, WITHDRAW_ACCESS)
    if not settings.AFTER_SALES.withdrawal:
        raise WithdrawalNotOffered
    require_withdrawable(OrderStatus(order.status))
    lines, deadline = units_of(order), _deadline(order)
    if not any(line.left for line in lines.values()):
        require_within_period(deadline, now)
    else:
        deadline = None  # Something is still to be sent.
    units = units_to_withdraw(items, lines)
    if units.cancels:
        require_transition(
            TRANSITIONS, OrderStatus(order.status), OrderStatus.CANCELED, noun="An order"
        )
    return units, deadline


def _deadline(order: Order) -> datetime | None:
    arrived = last_arrival(order.fulfillments.all(), assumed_days=settings.AFTER_SALES.delivery)
    if arrived is None:
        return None
    days, zone = settings.AFTER_SALES.withdrawal, settings.SHOP_TIME_ZONE
    return withdrawal_deadline(arrived, days=days, zone=zone)


def _worth(order: Order, units: WithdrawnUnits) -> Money:
    """Return what the buyer gets back, now or when the units have arrived; never more than paid."""
    try:
        shares = shares_to_refund(
            order, payments_of_order(order.id), units.by_sku, with_shipping=units.everything
        )
    except RefundExceedsOrdered as refused:
        raise RunAgain from refused  # They were refunded after they had been read.
    worth = sum(share.amount for share in shares)
    return Money(min(worth, order.refundable), order.currency)


def _refund_or_hold(
    order: Order, units: Mapping[str, int], *, caller: Caller, now: datetime
) -> None:
    """Refund units that were not sent, and restock them; hold the order where nothing was paid.

    Staff then take them off the order, so that the rest is sent and the right amount asked for.
    """
    wanted = RefundWanted(None, units, reason="withdrawn", restock=True, unsent=True)
    try:
        record_refund_of_order(caller, order.number, wanted, now=now)
    except (RefundExceedsPaid, AmountNotPayable):
        if order.status == OrderStatus.OPEN and order.held_at is None:
            named = ", ".join(f"{count} × {sku}" for sku, count in units.items())
            reason = f"The buyer has withdrawn from {named}"[:255]
            put_on_hold(order, caller=caller, reason=reason, now=now)

"""Canceling an order: its units and its money go back where they came from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from accounts.access import OWNER_OR_SUPPORT
from accounts.services import lock_active_account_shared
from core.caller import Caller
from core.db.transactions import RecoveryPoint, rehearse, two_step
from core.errors import Forbidden
from core.states import InvalidTransition
from events.domain import actor_of
from events.services import record_event
from inventory.domain import MovementKind
from inventory.selectors import returned_units
from inventory.services import restock
from orders.domain import (
    FulfillmentStatus,
    OrderNotFound,
    OrderStatus,
    Reversal,
    require_cancelable,
)
from orders.models import Order
from orders.selectors import order_for, units_out
from orders.services.balancing import execute_all
from orders.services.locking import acts_as_staff, lock_order, require_lines_as_read
from orders.services.shares import save_shares, shares_to_refund
from payments.domain import OperationInProgress, OperationKind, OutcomeMismatch
from payments.selectors import payments_of_order, pending_operations
from payments.services import record_reversal
from pricing.services import return_redemptions

# The one place that says who may cancel an order: the buyer, and support in their stead.
CANCEL_ORDER_ACCESS = OWNER_OR_SUPPORT
CANCEL_ORDER_ERRORS = (
    OrderNotFound,
    InvalidTransition,
    Forbidden,
    OperationInProgress,
    OutcomeMismatch,
)


def cancel_order(
    *, caller: Caller, number: str, reason: str, seen: int | None = None, now: datetime
) -> Order:
    """Cancel an order: its units go back into stock unless sent, its money to the buyer.

    Customers may until fulfillment starts, support and up later too. A provider
    is asked after the cancellation is committed, and again until it responds.
    Raises `CANCEL_ORDER_ERRORS`, and `Unauthenticated` when the caller's account was closed;
    `OperationInProgress` while a capture is in progress, and `OutcomeMismatch`, after the
    cancellation, when the provider's response contradicts the payment.
    """
    return two_step(
        record=lambda: record_cancellation(
            caller=caller,
            number=number,
            reason=reason,
            allowed=lambda order: _require_cancelable(caller, order),
            seen=seen,
            now=now,
        ),
        execute=lambda order: execute_all(order_id=order.id, by=actor_of(caller)),
        conclude=lambda *_: order_for(caller=caller, number=number),
    )


def preview_cancellation(*, caller: Caller, number: str, now: datetime) -> Reversal:
    """Tell what canceling an order would do, and do nothing. Raises `CANCEL_ORDER_ERRORS`."""

    def phase() -> Reversal:
        order_id = order_for(caller=caller, number=number).id
        before = sum(returned_units(order_id=order_id).values())
        record_cancellation(
            caller=caller,
            number=number,
            allowed=lambda order: _require_cancelable(caller, order),
            now=now,
        )
        moved = {OperationKind.REFUND: 0, OperationKind.VOID: 0}
        for payment in payments_of_order(order_id):
            for operation in pending_operations(payment_id=payment.id):
                if operation.created_at == now:
                    moved[OperationKind(operation.kind)] += operation.amount
        return Reversal(
            units=sum(returned_units(order_id=order_id).values()) - before,
            refunded=moved[OperationKind.REFUND],
            voided=moved[OperationKind.VOID],
        )

    return rehearse(phase)


def record_cancellation(
    *,
    caller: Caller,
    number: str,
    reason: str = "",
    allowed: Callable[[Order], None],
    seen: int | None = None,
    now: datetime,
) -> RecoveryPoint:
    """Lock promotions, payments, stock and order, in this order; cancel; ask for the money.

    `allowed` is asked behind the locks, and raises what refuses.
    """
    if caller.user_id:
        lock_active_account_shared(user_id=caller.user_id)
    read = order_for(caller=caller, number=number)
    if read.applied_promotions:
        return_redemptions(order_id=read.id)  # before stock is locked
    order = lock_order(caller=caller, number=number, with_stock=True, seen=seen)
    require_lines_as_read(read)
    allowed(order)
    order.status, order.canceled_at, order.cancel_reason = OrderStatus.CANCELED, now, reason
    order.save(update_fields=["status", "canceled_at", "cancel_reason"])
    _reverse(read, caller=caller, reason=reason, now=now)
    record_event(
        type="order.canceled",
        subject_id=order.id,
        data={"number": order.number, "reason": reason},
        by=actor_of(caller),
        now=now,
    )
    return RecoveryPoint(order.id)


def _reverse(order: Order, *, caller: Caller, reason: str, now: datetime) -> None:
    """Put back what was not sent, and ask for the money to be refunded or released."""
    restock(
        order_id=order.id,
        units=units_out(order),
        kind=MovementKind.CANCELLATION,
        reason=reason,
        actor_id=caller.user_id,
        now=now,
    )
    payments = payments_of_order(order.id)
    for payment in payments:
        operation = record_reversal(
            payment_id=payment.id, reason=reason or "order canceled", now=now
        )
        if operation and operation.kind == OperationKind.REFUND:
            save_shares(shares_to_refund(order, payments, amount=operation.amount), operation.id)


def _require_cancelable(caller: Caller, order: Order) -> None:
    require_cancelable(
        OrderStatus(order.status),
        FulfillmentStatus(order.fulfillment_status),
        by_staff=acts_as_staff(caller, order, CANCEL_ORDER_ACCESS),
    )

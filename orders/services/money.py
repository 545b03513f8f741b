"""The money of an order that stands: captures, refunds, and what the provider made of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from core.caller import Caller
from core.db.transactions import RecoveryPoint, two_step, use_case
from core.money import Money
from events.services import record_event
from inventory.domain import MovementKind
from inventory.selectors import returned_units
from inventory.services import lock_levels, restock
from orders.domain import (
    OrderNotFound,
    OrderStatus,
    RefundedItem,
    amount_in,
    refund_amount,
    require_restockable,
)
from orders.models import Order
from orders.selectors import order_for
from payments.domain import NothingToCapture, OperationState, Outcome, PaymentNotFound, PaymentState
from payments.selectors import payment_with, payments_of, pending_operations
from payments.services import execute_operation, record_capture, record_operation, record_refund


def lock_order(*, order_id: UUID) -> Order:
    """The order, locked until the transaction ends. Raises `OrderNotFound`."""
    order = Order.objects.filter(pk=order_id).defer("search_vector").locked().first()
    if order is None:
        raise OrderNotFound
    return order


def sync_payment_status(*, order_id: UUID, now: datetime) -> None:
    """The locked order's payment status follows its payment; a change is an event."""
    payment = _payment_of(order_id)
    changed = (
        Order.objects.filter(pk=order_id)
        .exclude(payment_status=payment.status)
        .update(payment_status=payment.status)
    )
    if changed:
        record_event(
            type=f"order.payment_{payment.status}",
            subject_id=order_id,
            data={"captured": payment.captured, "refunded": payment.refunded},
            now=now,
        )


def capture_payment(
    *, caller: Caller, number: str, amount: Money | None = None, now: datetime
) -> Order:
    """Captures authorized money, or records money that came in by other ways.

    `amount` None is all that is due. Raises `OrderNotFound`,
    `NothingToCapture`, `CaptureExceedsDue`, `OperationInProgress` or, once it is
    recorded, `OutcomeMismatch`.
    """
    return two_step(
        record=lambda: _record_capture(caller=caller, number=number, amount=amount, now=now),
        execute=lambda payment: finish_operations(payment_id=payment.id),
        conclude=lambda *_: order_for(caller=caller, number=number),
    )


def refund_order(
    *,
    caller: Caller,
    number: str,
    amount: Money | None = None,
    items: Mapping[str, int] | None = None,
    reason: str = "",
    restock_items: bool = False,
    now: datetime,
) -> Order:
    """Gives money back: `amount`, the worth of `items` (units by SKU), or all.

    `restock_items` puts the items back on the shelf. Raises `OrderNotFound`,
    `RefundExceedsPaid`, `UnknownItem`, `RefundExceedsOrdered`, `RestockExceedsOrdered` or,
    once it is recorded, `OutcomeMismatch`.
    """
    return two_step(
        record=lambda: _record_refund(
            caller=caller,
            number=number,
            amount=amount,
            items=items or {},
            reason=reason,
            restock_items=restock_items,
            now=now,
        ),
        execute=lambda payment: finish_operations(payment_id=payment.id),
        conclude=lambda *_: order_for(caller=caller, number=number),
    )


def finish_operations(*, payment_id: UUID) -> None:
    """Asks the provider to carry out what was recorded; what it cannot be asked now stays due."""
    for operation in pending_operations(payment_id=payment_id):
        payment = payment_with(payment_id)
        now = timezone.now()
        outcome = execute_operation(operation=operation, payment=payment, now=now)
        _note_operation(operation, payment, outcome, now=now)


def finish_operations_of(*, order_id: UUID) -> None:
    """`finish_operations` for each payment of an order."""
    for payment in payments_of([order_id]):
        finish_operations(payment_id=payment.id)


@use_case
def _note_operation(
    operation: OperationState, payment: PaymentState, outcome: Outcome, *, now: datetime
) -> None:
    if payment.order_id is not None:
        lock_order(order_id=payment.order_id)
    record_operation(operation_id=operation.id, outcome=outcome, now=now)
    if payment.order_id is not None:
        sync_payment_status(order_id=payment.order_id, now=now)


def _record_capture(
    *, caller: Caller, number: str, amount: Money | None, now: datetime
) -> RecoveryPoint:
    order = lock_order(order_id=order_for(caller=caller, number=number).id)
    if order.status == OrderStatus.CANCELED:
        raise NothingToCapture
    payment = _payment_of(order.id)
    wanted = amount_in(order.currency, amount)
    record_capture(payment_id=payment.id, amount=wanted, now=now)
    return RecoveryPoint(payment.id)


def _record_refund(
    *,
    caller: Caller,
    number: str,
    amount: Money | None,
    items: Mapping[str, int],
    reason: str,
    restock_items: bool,
    now: datetime,
) -> RecoveryPoint:
    order = order_for(caller=caller, number=number)
    chosen = _chosen(order, items)
    if restock_items:
        lock_levels([item.variant_id for item in chosen])
    lock_order(order_id=order.id)
    wanted = amount_in(order.currency, amount)
    if wanted is None and chosen:
        wanted = refund_amount(chosen)
    payment = _payment_of(order.id)
    operation = record_refund(payment_id=payment.id, amount=wanted, reason=reason, now=now)
    if restock_items and chosen:
        _restock(order.id, chosen, reason, now=now)
    record_event(
        type="order.refund_requested",
        subject_id=order.id,
        data={"amount": operation.amount, "reason": reason},
        actor_id=caller.user_id,
        now=now,
    )
    return RecoveryPoint(payment.id)


def _chosen(order: Order, items: Mapping[str, int]) -> list[RefundedItem]:
    lines = {line.sku: line for line in order.lines.all()}
    return [RefundedItem.of(lines.get(sku), sku=sku, units=units) for sku, units in items.items()]


def _restock(order_id: UUID, chosen: list[RefundedItem], reason: str, *, now: datetime) -> None:
    require_restockable(chosen, returned_units(order_id=order_id))
    units = {item.variant_id: item.units for item in chosen}
    restock(order_id=order_id, units=units, kind=MovementKind.RETURN, reason=reason, now=now)


def _payment_of(order_id: UUID) -> PaymentState:
    payments = payments_of([order_id])
    if not payments:
        raise PaymentNotFound
    return payments[-1]

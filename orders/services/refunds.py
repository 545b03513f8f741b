"""The payments of an order: captures and refunds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from core.caller import Caller
from core.db.transactions import RecoveryPoint, rehearse, two_step
from core.money import Money, money_body
from events.domain import actor_of
from events.services import record_event
from inventory.domain import MovementKind
from inventory.selectors import returned_units
from inventory.services import lock_levels, restock
from orders.domain import (
    AmountCurrencyMismatch,
    OrderNotFound,
    OrderStatus,
    RefundExceedsOrdered,
    RestockExceedsOrdered,
    UnknownItem,
    amount_in,
    refund_share,
)
from orders.models import Order, RefundItem
from orders.selectors import order_for, refunded_units
from orders.services.fulfilling import update_fulfillment_status
from orders.services.locking import require_unchanged
from payments.domain import (
    AmountNotPayable,
    CaptureExceedsDue,
    NothingToCapture,
    OperationInProgress,
    OutcomeMismatch,
    RefundExceedsPaid,
)
from payments.selectors import payment_with, payments_of_order, pending_operations
from payments.services import execute_operations, lock_payment, record_capture, record_refund

CAPTURE_PAYMENT_ERRORS = (
    OrderNotFound,
    AmountCurrencyMismatch,
    AmountNotPayable,
    NothingToCapture,
    CaptureExceedsDue,
    OperationInProgress,
    OutcomeMismatch,
)
REFUND_ORDER_ERRORS = (
    OrderNotFound,
    AmountCurrencyMismatch,
    AmountNotPayable,
    RefundExceedsPaid,
    UnknownItem,
    RefundExceedsOrdered,
    RestockExceedsOrdered,
    OutcomeMismatch,
)


def capture_payment(
    *,
    caller: Caller,
    number: str,
    amount: Money | None = None,
    seen: int | None = None,
    now: datetime,
) -> Order:
    """Capture authorized money, or record money that came in by other ways.

    `amount` None is all that is due. Raises `CAPTURE_PAYMENT_ERRORS`, `OutcomeMismatch` once
    the capture is recorded.
    """

    def record() -> RecoveryPoint:
        payment_id = _lock_payment_of(order_for(caller=caller, number=number))
        order = order_for(caller=caller, number=number)  # canceling locks the payment, too
        if payment_id is None or order.status == OrderStatus.CANCELED:
            raise NothingToCapture
        require_unchanged(order_id=order.id, seen=seen)
        wanted = amount_in(order.currency, amount)
        capture = record_capture(payment_id=payment_id, amount=wanted, now=now)
        record_event(
            type="order.capture_requested",
            subject_id=order.id,
            data={"amount": capture.amount},
            by=actor_of(caller),
            now=now,
        )
        return RecoveryPoint(payment_id)

    return two_step(
        record=record,
        execute=lambda payment: execute_operations(payment_id=payment.id, by=actor_of(caller)),
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
    seen: int | None = None,
    now: datetime,
) -> Order:
    """Give money back: `amount`, the worth of `items` (units by SKU), or all that is left.

    `restock_items` puts the items back into stock. Raises `REFUND_ORDER_ERRORS`,
    `OutcomeMismatch` once the refund is recorded.
    """
    return two_step(
        record=lambda: _record_refund(
            caller,
            number,
            amount,
            items or {},
            reason,
            restock_items=restock_items,
            seen=seen,
            now=now,
        ),
        execute=lambda payment: execute_operations(payment_id=payment.id, by=actor_of(caller)),
        conclude=lambda *_: order_for(caller=caller, number=number),
    )


def preview_refund(
    *,
    caller: Caller,
    number: str,
    amount: Money | None = None,
    items: Mapping[str, int] | None = None,
    restock_items: bool = False,
    now: datetime,
) -> Money:
    """Tell what `refund_order` would give back, and do nothing. Raises `REFUND_ORDER_ERRORS`."""

    def phase() -> Money:
        point = _record_refund(
            caller,
            number,
            amount,
            items or {},
            "",
            restock_items=restock_items,
            seen=None,
            now=now,
        )
        refund = pending_operations(payment_id=point.id)[-1]
        return Money(refund.amount, payment_with(point.id).currency)

    return rehearse(phase)


def _record_refund(
    caller: Caller,
    number: str,
    amount: Money | None,
    items: Mapping[str, int],
    reason: str,
    *,
    restock_items: bool,
    seen: int | None,
    now: datetime,
) -> RecoveryPoint:
    """Lock the payment, so that refunds of an order know of each other; then the stock."""
    order = order_for(caller=caller, number=number)
    payment_id = _lock_payment_of(order)
    if payment_id is None:
        raise RefundExceedsPaid(refundable=money_body(0, order.currency))
    require_unchanged(order_id=order.id, seen=seen)
    parts = _refundable_parts(order, items)
    wanted = amount_in(order.currency, amount)
    if wanted is None and items:
        wanted = sum(part.amount for part in parts)
    refund = record_refund(payment_id=payment_id, amount=wanted, reason=reason, now=now)
    for part in parts:
        part.operation_id = refund.id
    RefundItem.objects.bulk_create(parts)
    if restock_items and items:
        _restock(order, items, reason, actor_id=caller.user_id, now=now)
    if parts:
        update_fulfillment_status(Order.objects.defer("search_vector").locked().get(pk=order.id))
    record_event(
        type="order.refund_requested",
        subject_id=order.id,
        data={"amount": refund.amount, "reason": reason},
        by=actor_of(caller),
        now=now,
    )
    return RecoveryPoint(payment_id)


def _refundable_parts(order: Order, items: Mapping[str, int]) -> list[RefundItem]:
    """Return the units asked for and what they are worth; units are refunded once."""
    lines = {line.sku: line for line in order.lines.all()}
    before = refunded_units(order) if items else {}
    parts = []
    for sku, units in items.items():
        line = lines.get(sku)
        if line is None:
            raise UnknownItem(sku=sku).at("/items")
        refunded = before.get(line.id, 0)
        if refunded + units > line.quantity:
            raise RefundExceedsOrdered(sku=sku, ordered=line.quantity, refunded=refunded)
        paid = line.total + (0 if order.tax_included else line.tax)
        worth = refund_share(paid=paid, ordered=line.quantity, refunded=refunded, units=units)
        parts.append(RefundItem(line=line, quantity=units, amount=worth))
    return parts


def _lock_payment_of(order: Order) -> UUID | None:
    """Lock the order's latest payment, before stock; an order that cost nothing has none."""
    payments = payments_of_order(order.id)
    return lock_payment(payments[-1].id).id if payments else None


def _restock(
    order: Order,
    items: Mapping[str, int],
    reason: str,
    *,
    actor_id: UUID | None,
    now: datetime,
) -> None:
    """Put units by SKU back into stock, never more than are still out."""
    lines = {line.sku: line for line in order.lines.all() if line.sku in items}
    units = {lines[sku].variant_id: count for sku, count in items.items()}
    lock_levels(units)
    returned = returned_units(order_id=order.id)
    for line in lines.values():
        if returned.get(line.variant_id, 0) + items[line.sku] > line.quantity:
            raise RestockExceedsOrdered(sku=line.sku)
    restock(
        order_id=order.id,
        units=units,
        kind=MovementKind.RETURN,
        reason=reason,
        actor_id=actor_id,
        now=now,
    )

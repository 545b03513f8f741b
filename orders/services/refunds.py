"""The payments of an order: captures and refunds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
)
from orders.models import Order, RefundItem
from orders.selectors import order_for, units_of, units_restocked_by_returns
from orders.services.balancing import execute_all
from orders.services.completing import complete_if_done
from orders.services.fulfilling import update_fulfillment_status
from orders.services.locking import require_lines_as_read, require_unchanged
from orders.services.shares import dealt_out, save_shares, shares_to_refund
from payments.domain import (
    AmountNotPayable,
    CaptureExceedsDue,
    NothingToCapture,
    OperationInProgress,
    OutcomeMismatch,
    PaymentRecord,
    RefundExceedsPaid,
    amount_capturable,
    amount_refundable,
)
from payments.selectors import payments_of_order
from payments.services import execute_operations, lock_payment, record_capture, record_refund
from pricing.domain import taxes_by_rate

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
        payments = _lock_payments_of(order_for(caller=caller, number=number))
        order = order_for(caller=caller, number=number)  # canceling locks the payments, too
        if not payments or order.status == OrderStatus.CANCELED:
            raise NothingToCapture
        # What a provider has authorized, before what came in otherwise since an edit.
        open_ = (payment for payment in payments if amount_capturable(payment))
        payment = next(open_, payments[-1])
        require_unchanged(order_id=order.id, seen=seen)
        wanted = amount_in(order.currency, amount)
        capture = record_capture(payment_id=payment.id, amount=wanted, now=now)
        record_event(
            type="order.capture_requested",
            subject_id=order.id,
            data={"amount": capture.amount},
            by=actor_of(caller),
            now=now,
        )
        return RecoveryPoint(payment.id)

    return two_step(
        record=record,
        execute=lambda payment: execute_operations(payment_id=payment.id, by=actor_of(caller)),
        conclude=lambda *_: complete_if_done(caller=caller, number=number, now=now),
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

    Each gives back exact shares of price, discounts and taxes, the last one the exact rest.
    `restock_items` puts the items back into stock. Raises `REFUND_ORDER_ERRORS`,
    `OutcomeMismatch` once the refund is recorded.
    """
    wanted = RefundWanted(amount, items or {}, reason, restock_items)
    return two_step(
        record=lambda: record_refund_of_order(caller, number, wanted, seen=seen, now=now),
        execute=lambda order: execute_all(order_id=order.id, by=actor_of(caller)),
        conclude=lambda *_: complete_if_done(caller=caller, number=number, now=now),
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
    wanted = RefundWanted(amount, items or {}, restock=restock_items)

    def phase() -> Money:
        before = order_for(caller=caller, number=number)
        record_refund_of_order(caller, number, wanted, seen=None, now=now)
        after = order_for(caller=caller, number=number)
        return Money(before.refundable - after.refundable, before.currency)

    return rehearse(phase)


@dataclass(frozen=True, slots=True)
class RefundWanted:
    """What is to be refunded; an amount, units by SKU, or neither, which is all that is left.

    `shipping` adds what is left of the cost of delivery to that of the units, which are `unsent`
    where they stand for none that came back.
    """

    amount: Money | None
    items: Mapping[str, int]
    reason: str = ""
    restock: bool = False
    shipping: bool = False
    unsent: bool = False


def record_refund_of_order(
    caller: Caller, number: str, wanted: RefundWanted, *, seen: int | None = None, now: datetime
) -> RecoveryPoint:
    """Lock the payments, so that refunds of an order know of each other; then the stock."""
    order = order_for(caller=caller, number=number)
    payments = _lock_payments_of(order)
    if not payments:
        raise RefundExceedsPaid(refundable=money_body(0, order.currency))
    require_unchanged(order_id=order.id, seen=seen)
    require_lines_as_read(order)
    amount, items = amount_in(order.currency, wanted.amount), wanted.items
    refundable = sum(max(0, amount_refundable(payment)) for payment in payments)
    everything = refundable if amount is None and not items else amount
    shares = shares_to_refund(
        order, payments, items, everything, with_shipping=wanted.shipping, unsent=wanted.unsent
    )
    worth = sum(share.amount for share in shares) if items else refundable
    asked = worth if amount is None else amount
    # Nothing is left of what was free, or given back as an amount.
    if (amount is None and not worth) or asked > refundable:
        raise RefundExceedsPaid(refundable=money_body(refundable, order.currency))
    for payment_id, part, dealt in dealt_out(order, payments, shares, asked):
        refund = record_refund(payment_id=payment_id, amount=part, reason=wanted.reason, now=now)
        save_shares(dealt, refund.id)
        taxes = taxes_by_rate(tax for share in dealt for tax in share.taxes)
        said = {"items": [share.as_dict() for share in dealt], "taxes": taxes}
        record_event(
            type="order.refund_requested",
            subject_id=order.id,
            data={"amount": refund.amount, "reason": wanted.reason, **said},
            by=actor_of(caller),
            now=now,
        )
    if wanted.restock and items:
        _restock(order, shares, wanted.reason, actor_id=caller.user_id, now=now)
    if items:
        update_fulfillment_status(Order.objects.defer("search_vector").locked().get(pk=order.id))
    return RecoveryPoint(order.id)


def _lock_payments_of(order: Order) -> list[PaymentRecord]:
    """Lock the order's payments, before stock; an order that cost nothing has none."""
    return [lock_payment(payment.id) for payment in payments_of_order(order.id)]


def _restock(
    order: Order,
    parts: Sequence[RefundItem],
    reason: str,
    *,
    actor_id: UUID | None,
    now: datetime,
) -> None:
    """Put refunded units back into stock, never more than are out; not what a return put back."""
    lines = {part.line: part for part in parts if part.line and part.quantity}
    lock_levels([line.variant_id for line in lines])
    back = returned_units(order_id=order.id)
    by_return = units_restocked_by_returns(order)
    counted = units_of(order) if by_return else {}
    units: dict[UUID, int] = {}
    for line, part in lines.items():
        # Of units that came back, earlier refunds had those that a return has put back.
        earlier = counted[line.sku].refunded_returned - part.returned if counted else 0
        there = min(part.returned, max(0, by_return.get(line.id, 0) - earlier))
        if back.get(line.variant_id, 0) - there + part.quantity > line.quantity:
            raise RestockExceedsOrdered(sku=line.sku)
        if part.quantity > there:
            units[line.variant_id] = part.quantity - there
    if units:
        restock(
            order_id=order.id,
            units=units,
            kind=MovementKind.RETURN,
            reason=reason,
            actor_id=actor_id,
            now=now,
        )

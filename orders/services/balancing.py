"""The money of an order that several payments pay for: what each is to bring, or gives back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from core.db.transactions import transaction_required
from events.domain import Actor
from events.services import record_event
from orders.models import Order
from payments.domain import amount_expected, amount_refundable
from payments.selectors import payments_of_order
from payments.services import (
    execute_operations,
    expect_less,
    expect_more,
    expect_recorded,
    record_refund,
)


def execute_all(*, order_id: UUID, by: Actor) -> None:
    """Have the providers execute what was asked of all payments of an order."""
    for payment in payments_of_order(order_id):
        execute_operations(payment_id=payment.id, by=by)


@transaction_required
def balance(order: Order, change: int, *, reason: str, by: Actor, now: datetime) -> None:
    """Let the payments of a locked order bring what it costs by now, `change` more than before.

    What no payment can bring is due beside them, recorded by staff. What was paid beyond the
    total goes back. The payments are locked. Raises `OperationInProgress`, `UnknownProvider`.
    """
    payments = payments_of_order(order.id)
    if change < 0:
        expect_less(payments=payments, amount=-change, by=by, now=now)
    elif change and (missing := expect_more(payments=payments, amount=change, by=by, now=now)):
        expect_recorded(
            checkout_id=order.checkout_id,
            order_id=order.id,
            amount=missing,
            currency=order.currency,
            by=by,
            now=now,
        )
    kept = sum(max(0, amount_refundable(payment)) for payment in payments)
    over = min(kept - order.total, -change)
    for payment in reversed(payments):
        part = min(over, amount_refundable(payment) - amount_expected(payment))
        if part <= 0:
            continue
        over -= part
        record_refund(payment_id=payment.id, amount=part, reason=reason or "order edited", now=now)
        data = {"amount": part, "reason": reason, "items": [], "taxes": []}
        record_event(type="order.refund_requested", subject_id=order.id, data=data, by=by, now=now)

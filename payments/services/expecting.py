"""What an order expects of its payments, when it was edited and costs more or less."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from core.db.transactions import transaction_required
from events.domain import Actor
from events.services import record_event
from payments.domain import (
    Capture,
    OperationInProgress,
    OperationKind,
    OperationStatus,
    OutcomeKind,
    amount_expected,
    status_of,
)
from payments.models import Operation, Payment
from payments.providers import offline_provider
from payments.services.authorization import record_intent

EXPECT_ERRORS = (OperationInProgress,)


@transaction_required
def expect_less(*, payments: Sequence[Payment], amount: int, by: Actor, now: datetime) -> None:
    """Waive `amount` of what an order's locked payments are to bring, of the latest first.

    What has come in beyond that is for the caller to refund. Raises `EXPECT_ERRORS` while a
    provider is asked for the money.
    """
    _require_settled(payments)
    for payment in reversed(payments):
        part = min(amount, amount_expected(payment))
        if part:
            payment.waived += part
            _save(payment, by=by, now=now)
        amount -= part


@transaction_required
def expect_more(*, payments: Sequence[Payment], amount: int, by: Actor, now: datetime) -> int:
    """Expect `amount` more of an order's locked payments; return what none of them can bring.

    A provider brings no more than it has authorized and not captured yet; money that staff
    record can be any. Raises `EXPECT_ERRORS`.
    """
    _require_settled(payments)
    for payment in payments:
        part = 0
        if payment.capture == Capture.OFFLINE and payment.step != OutcomeKind.VOIDED:
            part = amount
        elif payment.step == OutcomeKind.AUTHORIZED:
            part = min(amount, payment.waived)
        if part:
            again = min(part, payment.waived)
            payment.waived -= again
            payment.amount += part - again
            _save(payment, by=by, now=now)
        amount -= part
    return amount


@transaction_required
def expect_recorded(
    *, checkout_id: UUID, order_id: UUID, amount: int, currency: str, by: Actor, now: datetime
) -> None:
    """Expect money that staff record, where no payment of the order can bring it.

    Raises `UnknownProvider` in a shop that records no money.
    """
    payment = record_intent(
        checkout_id=checkout_id,
        order_id=order_id,
        provider=offline_provider(),
        amount=amount,
        currency=currency,
        now=now,
    )
    _tell(payment, by=by, now=now)


def _require_settled(payments: Sequence[Payment]) -> None:
    asked = Operation.objects.filter(
        payment__in=payments,
        kind__in=(OperationKind.CAPTURE, OperationKind.VOID),
        status=OperationStatus.PENDING,
    )
    if asked.exists():
        raise OperationInProgress


def _save(payment: Payment, *, by: Actor, now: datetime) -> None:
    """Save what is expected of a payment, and the status that follows."""
    before, payment.status = payment.status, status_of(payment)
    payment.save(update_fields=["amount", "waived", "status"])
    if payment.status != before:
        _tell(payment, by=by, now=now)


def _tell(payment: Payment, *, by: Actor, now: datetime) -> None:
    if payment.order_id:
        record_event(
            type=f"order.payment_{payment.status}",
            subject_id=payment.order_id,
            data={"captured": payment.captured, "refunded": payment.refunded, "amount": 0},
            by=by,
            now=now,
        )

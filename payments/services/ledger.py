"""Applying outcomes: the payment, its operations and its ledger change under one lock."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from core.db.transactions import transaction_required
from events.domain import PROVIDER, Actor
from events.services import record_event
from payments.domain import (
    OperationKind,
    OperationStatus,
    Outcome,
    OutcomeKind,
    PaymentNotFound,
    PaymentStatus,
    amount_refundable,
    apply,
    backoff,
    holds_money,
    next_lookup_at,
    operation_status_after,
    operation_status_given,
)
from payments.emails import send_payment_returned
from payments.models import LedgerEntry, Operation, Payment
from payments.selectors import booked_refunds

_APPLIED = [
    "status", "step", "authorized", "captured", "voided", "refunded", "refunding", "reference",
    "action", "decline_code", "last_error", "lookup_attempts", "next_attempt_at",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """A payment after an outcome, and what was new about it.

    `was_pending` tells that nothing final was known before, `money_arrived` that the payment
    holds money now and did not before.
    """

    payment: Payment
    was_pending: bool
    money_arrived: bool


@transaction_required
def lock_payment(payment_id: UUID) -> Payment:
    """Lock a payment until the transaction ends. Raises `PaymentNotFound`."""
    payment = Payment.objects.locked().filter(pk=payment_id).first()
    if payment is None:
        raise PaymentNotFound
    return payment


@transaction_required
def record_outcome(*, payment_id: UUID, outcome: Outcome, now: datetime) -> Change:
    """Apply what the provider said, in any order and any number of times.

    Locks the payment, and ends the operations that the outcome proves done.
    Raises `PaymentNotFound`, `OutcomeMismatch`.
    """
    return apply_outcome(lock_payment(payment_id), outcome, now=now)


@transaction_required
def apply_outcome(
    before: Payment,
    outcome: Outcome,
    *,
    now: datetime,
    asked: UUID | None = None,
    by: Actor = PROVIDER,
) -> Change:
    """Apply `outcome` to a locked payment; it is that of the call for `asked` `by` them, if any.

    The status of an order's money is that of its payment, so its timeline is written here.
    """
    applied = apply(before, outcome, booked_refunds(payment_id=before.id, outcome=outcome))
    payment = applied.payment
    if before.step is not None:  # operations are only recorded of payments that took a step
        _update_operations(before, payment, outcome, now=now, asked=asked)
    payment.lookup_attempts += 1
    payment.last_error = _error(outcome)
    payment.next_attempt_at = next_lookup_at(
        payment, lookup_attempts=payment.lookup_attempts, grace=settings.PAYMENT_GRACE, now=now
    )
    timed_out = outcome.kind is OutcomeKind.UNKNOWN and payment.lookup_attempts == 1
    if timed_out or applied.ahead:
        payment.next_attempt_at = now
    payment.save(update_fields=_APPLIED)
    if applied.entries:
        LedgerEntry.objects.bulk_create(
            LedgerEntry(payment=payment, created_at=now, **asdict(entry))
            for entry in applied.entries
        )
    refunded = payment.refunded - before.refunded
    if payment.order_id and (refunded or payment.status != before.status):
        kind, order_id = f"order.payment_{payment.status}", payment.order_id
        data = {"captured": payment.captured, "refunded": payment.refunded, "amount": refunded}
        record_event(type=kind, subject_id=order_id, data=data, by=by, now=now)
    return Change(
        payment,
        was_pending=before.status == PaymentStatus.PENDING,
        money_arrived=holds_money(payment) and not holds_money(before),
    )


@transaction_required
def add_operation(
    payment: Payment,
    kind: OperationKind,
    *,
    amount: int,
    reason: str,
    now: datetime,
    due_at: datetime | None = None,
) -> Operation:
    """Record that something is asked of a locked payment's provider.

    The background job asks from `due_at` on, unless its caller has done so.
    """
    return Operation.objects.create(
        payment=payment,
        kind=kind,
        amount=amount,
        reason=reason,
        created_at=now,
        next_attempt_at=due_at or now + settings.PAYMENT_GRACE,
    )


@transaction_required
def announce_return(*, payment: Payment, reason: str, now: datetime) -> None:
    """Tell staff by an event and the buyer by e-mail that money goes back without an order.

    The caller sees to it that this happens once for each payment.
    """
    amount = payment.captured or payment.amount
    record_event(
        type="payment.returned",
        subject_id=payment.checkout_id,
        data={"payment_id": str(payment.id), "amount": amount, "reason": reason},
        now=now,
    )
    send_payment_returned.defer(payment_id=str(payment.id), amount=amount, reason=reason)


def _update_operations(
    before: Payment, payment: Payment, outcome: Outcome, *, now: datetime, asked: UUID | None
) -> None:
    """End the operations whose end is known now; the one that was asked waits for its next try."""
    pending = Operation.objects.filter(payment_id=payment.id, status=OperationStatus.PENDING)
    for operation in pending.order_by("id"):
        if operation.id == asked:
            status = operation_status_after(operation, outcome)
        else:
            status = operation_status_given(operation, payment, outcome)
        if status is OperationStatus.PENDING and operation.id != asked:
            continue
        if operation.kind == OperationKind.REFUND:
            mine = [fact for fact in outcome.refunds if fact.operation_id == operation.id]
            operation.reference = mine[0].reference if mine else operation.reference
        else:
            operation.reference = outcome.reference
        operation.last_error = "" if status is OperationStatus.SUCCEEDED else _error(outcome)
        if status is OperationStatus.PENDING:
            operation.lookup_attempts += 1
            wait = backoff(settings.PAYMENT_GRACE, operation.lookup_attempts)
            operation.next_attempt_at = now + wait
        else:
            operation.status, operation.finished_at = status, now
            operation.next_attempt_at = None
            if operation.kind == OperationKind.REFUND:
                payment.refunding -= operation.amount
            elif operation.kind == OperationKind.VOID and status is OperationStatus.FAILED:
                _refund_instead(before, payment, operation, now=now)
        operation.save()


def _refund_instead(before: Payment, payment: Payment, void: Operation, *, now: datetime) -> None:
    """Refund money that was captured before it could be voided.

    Where there is no order, and nobody knew of the money, this is the moment to tell of it.
    """
    amount = amount_refundable(payment)
    if amount <= 0:
        return
    payment.refunding += amount
    add_operation(
        payment, OperationKind.REFUND, amount=amount, reason=void.reason, now=now, due_at=now
    )
    if payment.order_id is None and not holds_money(before):
        announce_return(payment=payment, reason=void.reason, now=now)


def _error(outcome: Outcome) -> str:
    return (outcome.detail or outcome.decline_code).replace("\0", "")[:255]

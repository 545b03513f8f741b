"""Writing into the books: the payment, its ledger and its operations, under one lock."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings

from payments.domain import (
    Applied,
    OperationKind,
    OperationStatus,
    Outcome,
    OutcomeKind,
    PaymentNotFound,
    PaymentState,
    apply,
    backoff,
    next_lookup_at,
    operation_status_after,
    settled_by,
)
from payments.models import LedgerEntry, Operation, Payment
from payments.selectors import booked_refunds


def locked_payment(payment_id: UUID) -> Payment:
    """Nobody else changes it until the transaction ends. Raises `PaymentNotFound`."""
    payment = Payment.objects.locked().filter(pk=payment_id).first()
    if payment is None:
        raise PaymentNotFound
    return payment


def write_outcome(
    payment: Payment,
    outcome: Outcome,
    *,
    now: datetime,
    order_id: UUID | None = None,
    asked: UUID | None = None,
) -> PaymentState:
    """Applies `outcome` to a locked payment; `asked` is the operation whose call it answers."""
    fresh = payment.step is None
    payment.order_id = order_id or payment.order_id
    booked = booked_refunds(payment_id=payment.id, outcome=outcome)
    applied = apply(payment.as_state(), outcome, booked)
    _copy(applied.payment, payment)
    if not fresh:  # operations are only recorded of payments that have taken a step
        _settle(payment, outcome, now=now, asked=asked)
    _plan(payment, applied, outcome, now=now)
    payment.save(update_fields=_CHANGED)
    _post(payment, applied, now=now)
    return payment.as_state()


_CHANGED = [
    "order", "status", "step", "authorized", "captured", "voided", "refunded", "refunding",
    "reference", "action", "decline_code", "last_error", "looks", "next_attempt_at",
]  # fmt: skip


def add_operation(
    payment: Payment, kind: OperationKind, *, amount: int, reason: str, now: datetime
) -> Operation:
    """Records that something is asked of a locked payment's provider."""
    return Operation.objects.create(
        payment=payment,
        kind=kind,
        amount=amount,
        reason=reason,
        created_at=now,
        next_attempt_at=now + settings.PAYMENT_GRACE,
    )


def _copy(state: PaymentState, payment: Payment) -> None:
    payment.status, payment.step, payment.reference = state.status, state.step, state.reference
    payment.authorized, payment.captured = state.authorized, state.captured
    payment.voided, payment.refunded = state.voided, state.refunded
    payment.action = dict(state.action) if state.action else None
    payment.decline_code = state.decline_code


def _settle(payment: Payment, outcome: Outcome, *, now: datetime, asked: UUID | None) -> None:
    pending = Operation.objects.filter(payment=payment, status=OperationStatus.PENDING)
    for operation in pending.order_by("id"):
        state = operation.as_state()
        if operation.id == asked:
            verdict = operation_status_after(state, outcome)
        else:
            verdict = settled_by(state, payment.as_state(), outcome)
        if verdict is not OperationStatus.PENDING:
            _finish(payment, operation, verdict, outcome, now=now)
        elif operation.id == asked:
            _postpone(operation, outcome, now=now)


def _finish(
    payment: Payment,
    operation: Operation,
    verdict: OperationStatus,
    outcome: Outcome,
    *,
    now: datetime,
) -> None:
    operation.status, operation.finished_at, operation.next_attempt_at = verdict, now, None
    operation.reference = _reference(operation, outcome)
    operation.last_error = "" if verdict is OperationStatus.SUCCEEDED else _error(outcome)
    operation.save(
        update_fields=["status", "finished_at", "next_attempt_at", "reference", "last_error"]
    )
    if operation.kind == OperationKind.REFUND:
        payment.refunding -= operation.amount
    elif operation.kind == OperationKind.VOID and verdict is OperationStatus.FAILED:
        _refund_instead(payment, operation, now=now)


def _refund_instead(payment: Payment, void: Operation, *, now: datetime) -> None:
    """The money was captured before it could be let go; what was wanted is still wanted."""
    amount = payment.as_state().refundable
    if amount > 0:
        payment.refunding += amount
        refund = add_operation(
            payment, OperationKind.REFUND, amount=amount, reason=void.reason, now=now
        )
        Operation.objects.filter(pk=refund.pk).update(next_attempt_at=now)


def _postpone(operation: Operation, outcome: Outcome, *, now: datetime) -> None:
    operation.looks += 1
    operation.next_attempt_at = now + backoff(settings.PAYMENT_GRACE, operation.looks)
    operation.reference = _reference(operation, outcome)
    operation.last_error = _error(outcome)
    operation.save(update_fields=["looks", "next_attempt_at", "reference", "last_error"])


def _reference(operation: Operation, outcome: Outcome) -> str | None:
    for fact in outcome.refunds:
        if fact.operation_id == operation.id:
            return fact.reference
    return outcome.reference if operation.kind != OperationKind.REFUND else operation.reference


def _error(outcome: Outcome) -> str:
    return (outcome.detail or outcome.decline_code)[:255]


def _plan(payment: Payment, applied: Applied, outcome: Outcome, *, now: datetime) -> None:
    """Decides when the provider is to be asked again."""
    payment.looks += 1
    payment.last_error = _error(outcome)
    payment.next_attempt_at = next_lookup_at(
        payment.as_state(), looks=payment.looks, grace=settings.PAYMENT_GRACE, now=now
    )
    timed_out = outcome.kind is OutcomeKind.UNKNOWN and payment.looks == 1
    if timed_out or applied.ahead:
        payment.next_attempt_at = now


def _post(payment: Payment, applied: Applied, *, now: datetime) -> None:
    if not applied.entries:
        return
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            payment=payment,
            kind=entry.kind,
            amount=entry.amount,
            reference=entry.reference,
            operation_id=entry.operation_id,
            created_at=now,
        )
        for entry in applied.entries
    )

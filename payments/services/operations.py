"""Captures, voids and refunds: recorded, then executed by the provider, then recorded again."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from core.db.transactions import transaction_required, use_case
from core.money import money_body
from events.domain import PROVIDER, Actor
from payments.domain import (
    Capture,
    CaptureExceedsDue,
    InvalidAmount,
    NothingToCapture,
    NothingToVoid,
    OperationKind,
    OperationStatus,
    Outcome,
    OutcomeKind,
    PaymentNotFound,
    PaymentStatus,
    RefundExceedsPaid,
    UnknownProvider,
    amount_capturable,
    amount_due,
    amount_refundable,
)
from payments.models import Operation, Payment
from payments.providers import provider_named
from payments.selectors import payment_with, pending_operations
from payments.services.authorization import look_up
from payments.services.calls import ask_again
from payments.services.ledger import (
    Change,
    add_operation,
    announce_return,
    apply_outcome,
    lock_payment,
    record_outcome,
)


@transaction_required
def record_capture(*, payment_id: UUID, amount: int | None = None, now: datetime) -> Operation:
    """Record that `amount` minor units (None: all that is due) are to be captured.

    Locks the payment. Raises `InvalidAmount`, `AmountNotPayable`, `NothingToCapture`,
    `CaptureExceedsDue`, `OperationInProgress`.
    """
    payment = lock_payment(payment_id)
    due = amount_capturable(payment)
    if not due:
        raise NothingToCapture
    wanted = due if amount is None else _payable(payment, amount)
    if wanted > due:
        raise CaptureExceedsDue(due=money_body(due, payment.currency))
    return add_operation(payment, OperationKind.CAPTURE, amount=wanted, reason="", now=now)


@transaction_required
def record_void(*, payment_id: UUID, reason: str = "", now: datetime) -> Operation:
    """Record that what is authorized, or may still be, is to be released.

    Locks the payment. Should the money turn out to be captured, it is refunded by itself.
    Asking again returns the same operation. Raises `NothingToVoid`, `OperationInProgress`.
    """
    payment = lock_payment(payment_id)
    settled = payment.captured and not _is_part_paid(payment)
    if settled or payment.status in {PaymentStatus.VOIDED, PaymentStatus.FAILED}:
        raise NothingToVoid
    pending = payment.operations.filter(kind=OperationKind.VOID, status=OperationStatus.PENDING)
    if running := pending.first():
        return running
    if payment.step is None:
        payment.step = OutcomeKind.UNKNOWN
        payment.save(update_fields=["step"])
    held = payment.authorized - payment.voided
    return add_operation(payment, OperationKind.VOID, amount=held, reason=reason, now=now)


@transaction_required
def record_refund(
    *, payment_id: UUID, amount: int | None = None, reason: str = "", now: datetime
) -> Operation:
    """Record that `amount` minor units (None: all that is left) are to be refunded.

    Locks the payment; refunds in progress count as refunded already. Raises
    `InvalidAmount`, `AmountNotPayable`, `RefundExceedsPaid`.
    """
    payment = lock_payment(payment_id)
    refundable = amount_refundable(payment)
    wanted = refundable if amount is None else _payable(payment, amount)
    if wanted > refundable or wanted <= 0:
        raise RefundExceedsPaid(refundable=money_body(max(0, refundable), payment.currency))
    payment.refunding += wanted
    payment.save(update_fields=["refunding"])
    return add_operation(payment, OperationKind.REFUND, amount=wanted, reason=reason, now=now)


@transaction_required
def record_reversal(*, payment_id: UUID, reason: str, now: datetime) -> Operation | None:
    """Record that the buyer gets everything back: a refund of what is captured, else a void.

    The rest of an invoice that was paid in part is no longer expected, so that is voided too.
    Returns None when there is nothing to return or it is being returned already. Locks the payment.
    """
    payment = lock_payment(payment_id)
    if _is_part_paid(payment):
        record_void(payment_id=payment_id, reason=reason, now=now)
    if payment.captured:
        if amount_refundable(payment) <= 0:
            return None
        return record_refund(payment_id=payment_id, reason=reason, now=now)
    if payment.status in {PaymentStatus.VOIDED, PaymentStatus.FAILED}:
        return None
    return record_void(payment_id=payment_id, reason=reason, now=now)


@transaction_required
def return_money(*, change: Change, reason: str, now: datetime) -> None:
    """Return money that cannot become an order; staff and buyer are told once, as it arrives."""
    record_reversal(payment_id=change.payment.id, reason=reason, now=now)
    if change.money_arrived:
        announce_return(payment=change.payment, reason=reason, now=now)


@transaction_required
def forget_reasons(*, order_ids: Collection[UUID]) -> None:
    """Blank what people gave as a reason for a void or a refund; the ledger needs none."""
    Operation.objects.filter(payment__order__in=order_ids).exclude(reason="").update(reason="")


def execute_operations(*, payment_id: UUID, by: Actor = PROVIDER) -> None:
    """Have the provider execute what was recorded; what it cannot be asked now stays due.

    `by` is who asked for it, for the timeline of the order.
    """
    waiting = pending_operations(payment_id=payment_id)
    for operation in waiting:
        payment, now = payment_with(payment_id), timezone.now()
        outcome = execute_operation(operation=operation, payment=payment, now=now)
        done, _ = record_operation(operation_id=operation.id, outcome=outcome, by=by, now=now)
        if done.kind == OperationKind.VOID and done.status == OperationStatus.FAILED:
            waiting += pending_operations(payment_id=payment_id)  # a refund takes its place


def execute_operation(*, operation: Operation, payment: Payment, now: datetime) -> Outcome:
    """Ask the provider, outside of transactions; repeating it moves no money again.

    Before a void, look up whether there is a payment to void at all, and record what it holds.
    """
    unknown_to_us = payment.capture != Capture.OFFLINE and payment.reference is None
    if operation.kind == OperationKind.VOID and unknown_to_us:
        found = look_up(payment=payment, now=now)
        if found.reference is None or found.kind in {OutcomeKind.CAPTURED, OutcomeKind.VOIDED}:
            return found
        payment = _record_found(payment_id=payment.id, outcome=found, now=now)
    outcome = ask_again(
        payment,
        lambda provider: {
            OperationKind.CAPTURE: provider.capture,
            OperationKind.VOID: provider.void,
            OperationKind.REFUND: provider.refund,
        }[OperationKind(operation.kind)](payment, operation),
    )
    return outcome or Outcome(OutcomeKind.UNKNOWN)


@use_case
def _record_found(*, payment_id: UUID, outcome: Outcome, now: datetime) -> Payment:
    """Let the ledger have what is about to be voided."""
    return record_outcome(payment_id=payment_id, outcome=outcome, now=now).payment


@use_case
def record_operation(
    *, operation_id: UUID, outcome: Outcome, by: Actor = PROVIDER, now: datetime
) -> tuple[Operation, Payment]:
    """Apply the outcome to an operation; an operation that has ended stays as it is.

    Returns both as they are afterwards. Locks the payment. Raises `PaymentNotFound` or
    `OutcomeMismatch`.
    """
    payment = Payment.objects.locked().filter(operations=operation_id).first()
    if payment is None:
        raise PaymentNotFound
    operation = Operation.objects.get(pk=operation_id)
    if operation.status == OperationStatus.PENDING:
        payment = apply_outcome(payment, outcome, now=now, asked=operation_id, by=by).payment
        operation.refresh_from_db()
    return operation, payment


def _is_part_paid(payment: Payment) -> bool:
    offline = payment.capture == Capture.OFFLINE
    return offline and payment.captured > 0 and amount_due(payment) > 0


def _payable(payment: Payment, amount: int) -> int:
    if amount <= 0:
        raise InvalidAmount().at("/amount/amount")
    with suppress(UnknownProvider):  # one that is switched off is asked when it is on again
        provider_named(payment.provider).check_amount(amount, payment.currency)
    return amount

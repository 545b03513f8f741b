"""Captures, voids and refunds: each recorded, then carried out, then recorded again."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from core.money import money_body
from payments.domain import (
    Capture,
    CaptureExceedsDue,
    InvalidAmount,
    NothingToCapture,
    NothingToVoid,
    OperationKind,
    OperationState,
    OperationStatus,
    Outcome,
    OutcomeKind,
    PaymentNotFound,
    PaymentState,
    PaymentStatus,
    RefundExceedsPaid,
    UnknownProvider,
)
from payments.models import Operation, Payment
from payments.providers import Provider, provider_named
from payments.services.books import add_operation, locked_payment, write_outcome
from payments.services.calls import ask_again
from payments.services.paying import look_up
from payments.services.returns import announce_return


def record_capture(*, payment_id: UUID, amount: int | None = None, now: datetime) -> OperationState:
    """That `amount` minor units (None: all that is due) are to be captured.

    Locks the payment. Raises `InvalidAmount`, `AmountNotPayable`, `NothingToCapture`,
    `CaptureExceedsDue`, `OperationInProgress`.
    """
    payment = locked_payment(payment_id)
    state = payment.as_state()
    if not _capturable(state):
        raise NothingToCapture
    wanted = state.due if amount is None else _payable(payment, amount)
    if wanted > state.due:
        raise CaptureExceedsDue(due=money_body(state.due, payment.currency))
    return add_operation(
        payment, OperationKind.CAPTURE, amount=wanted, reason="", now=now
    ).as_state()


def forget_reasons(*, order_ids: Collection[UUID]) -> None:
    """Blanks what people gave as a reason for a void or a refund; the books ask for none.

    The caller has locked the orders.
    """
    told = Operation.objects.filter(payment__order__in=order_ids).exclude(reason="")
    told.update(reason="")


def record_void(*, payment_id: UUID, reason: str = "", now: datetime) -> OperationState:
    """That the money is not wanted: what is authorized, or may still come to be.

    Locks the payment. Should it turn out to be captured, it is refunded by itself.
    Asking again returns the same operation. Raises `NothingToVoid`, `OperationInProgress`.
    """
    payment = locked_payment(payment_id)
    if payment.captured or payment.status in {PaymentStatus.VOIDED, PaymentStatus.FAILED}:
        raise NothingToVoid
    pending = payment.operations.filter(kind=OperationKind.VOID, status=OperationStatus.PENDING)
    if running := pending.first():
        return running.as_state()
    if payment.step is None:
        payment.step = OutcomeKind.UNKNOWN
        payment.save(update_fields=["step"])
    held = payment.authorized - payment.voided
    return add_operation(
        payment, OperationKind.VOID, amount=held, reason=reason, now=now
    ).as_state()


def record_refund(
    *, payment_id: UUID, amount: int | None = None, reason: str = "", now: datetime
) -> OperationState:
    """That `amount` minor units (None: all that is left) are to be given back.

    Locks the payment; refunds under way count as given back already. Raises
    `InvalidAmount`, `AmountNotPayable`, `RefundExceedsPaid`.
    """
    payment = locked_payment(payment_id)
    refundable = payment.as_state().refundable
    if amount is None and refundable <= 0:
        raise RefundExceedsPaid(refundable=money_body(0, payment.currency))
    wanted = refundable if amount is None else _payable(payment, amount)
    if wanted > refundable:
        raise RefundExceedsPaid(refundable=money_body(max(0, refundable), payment.currency))
    payment.refunding += wanted
    payment.save(update_fields=["refunding"])
    return add_operation(
        payment, OperationKind.REFUND, amount=wanted, reason=reason, now=now
    ).as_state()


def record_reversal(*, payment_id: UUID, reason: str, now: datetime) -> OperationState | None:
    """That the buyer gets everything back: a refund of what is captured, else a void.

    None when there is nothing to give back or it is on its way already. Locks the payment.
    """
    state = locked_payment(payment_id).as_state()
    if state.captured:
        if state.refundable <= 0:
            return None
        return record_refund(payment_id=payment_id, reason=reason, now=now)
    if state.status in {PaymentStatus.VOIDED, PaymentStatus.FAILED}:
        return None
    return record_void(payment_id=payment_id, reason=reason, now=now)


def execute_operation(
    *, operation: OperationState, payment: PaymentState, now: datetime
) -> Outcome:
    """Asks the provider. Outside of transactions; repeating it moves no money again."""
    if operation.kind is OperationKind.VOID and _may_not_exist(payment):
        return _void_unknown(operation, payment, now)
    return _carried_out(operation, payment)


def record_operation(
    *, operation_id: UUID, outcome: Outcome, now: datetime
) -> tuple[OperationState, PaymentState]:
    """Applies the answer to an operation; an operation that has ended stays as it is.

    Money without an order that nobody knew of until its void found it captured is announced.
    Locks the payment. Raises `PaymentNotFound`, `OutcomeMismatch`.
    """
    payment = _locked_by_operation(operation_id)
    operation = Operation.objects.get(pk=operation_id)
    if operation.status != OperationStatus.PENDING:
        return operation.as_state(), payment.as_state()
    before = payment.as_state()
    state = write_outcome(payment, outcome, now=now, asked=operation_id)
    operation.refresh_from_db()
    if _came_too_late(operation, before, state):
        announce_return(payment=state, reason=operation.reason, now=now)
    return operation.as_state(), state


def _came_too_late(operation: Operation, before: PaymentState, after: PaymentState) -> bool:
    """Whether a void finds the money of no order captured, and not even held before."""
    failed = (operation.kind, operation.status) == (OperationKind.VOID, OperationStatus.FAILED)
    return failed and after.order_id is None and after.captured > 0 and not before.holds_money


def _capturable(payment: PaymentState) -> bool:
    if payment.capture is Capture.OFFLINE:
        return payment.due > 0 and payment.step is not OutcomeKind.VOIDED
    return payment.step is OutcomeKind.AUTHORIZED


def _payable(payment: Payment, amount: int) -> int:
    if amount <= 0:
        raise InvalidAmount().at("/amount/amount")
    with suppress(UnknownProvider):  # one that is switched off is asked when it is on again
        provider_named(payment.provider).check_amount(amount, payment.currency)
    return amount


def _locked_by_operation(operation_id: UUID) -> Payment:
    payment = Payment.objects.locked().filter(operations=operation_id).first()
    if payment is None:
        raise PaymentNotFound
    return payment


def _may_not_exist(payment: PaymentState) -> bool:
    return payment.capture is not Capture.OFFLINE and payment.reference is None


def _void_unknown(operation: OperationState, payment: PaymentState, now: datetime) -> Outcome:
    """Finds out first whether there is anything to let go of."""
    found = look_up(payment=payment, now=now)
    if found.reference is None or found.kind in _ENDED:
        return found
    return _carried_out(operation, replace(payment, reference=found.reference))


def _carried_out(operation: OperationState, payment: PaymentState) -> Outcome:
    def call(provider: Provider) -> Outcome:
        calls = {
            OperationKind.CAPTURE: provider.capture,
            OperationKind.VOID: provider.void,
            OperationKind.REFUND: provider.refund,
        }
        return calls[operation.kind](payment, operation)

    return ask_again(payment, call) or Outcome(OutcomeKind.UNKNOWN)


_ENDED = frozenset({OutcomeKind.CAPTURED, OutcomeKind.VOIDED})

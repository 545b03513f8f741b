"""Reads of payments."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from payments.domain import (
    LedgerKind,
    OperationState,
    OperationStatus,
    Outcome,
    PaymentNotFound,
    PaymentState,
)
from payments.models import LedgerEntry, Operation, Payment


def payment_with(payment_id: UUID) -> PaymentState:
    """One query. Raises `PaymentNotFound`."""
    payment = Payment.objects.filter(pk=payment_id).first()
    if payment is None:
        raise PaymentNotFound
    return payment.as_state()


def latest_payment(*, checkout_id: UUID) -> PaymentState | None:
    """The newest payment of a checkout, or None. One query."""
    payment = Payment.objects.filter(checkout_id=checkout_id).order_by("-id").first()
    return payment.as_state() if payment else None


def payments_of(order_ids: Collection[UUID]) -> list[PaymentState]:
    """The payments of these orders, oldest first. One query."""
    rows = Payment.objects.filter(order_id__in=order_ids).order_by("id")
    return [payment.as_state() for payment in rows]


def payments_to_recover(*, now: datetime, limit: int = 100) -> list[PaymentState]:
    """Those whose truth is not known, or whose money has no order yet, the most overdue first."""
    due = Payment.objects.filter(next_attempt_at__lte=now).order_by("next_attempt_at")
    return [payment.as_state() for payment in due[:limit]]


def operations_to_recover(*, now: datetime, limit: int = 100) -> list[OperationState]:
    """Captures, voids and refunds without a known end, the most overdue first."""
    due = Operation.objects.filter(next_attempt_at__lte=now).order_by("next_attempt_at")
    return [operation.as_state() for operation in due[:limit]]


def pending_operations(*, payment_id: UUID) -> list[OperationState]:
    """What has been asked for and not finished, oldest first."""
    rows = Operation.objects.filter(payment_id=payment_id, status=OperationStatus.PENDING)
    return [operation.as_state() for operation in rows.order_by("id")]


def booked_refunds(*, payment_id: UUID, outcome: Outcome) -> set[tuple[LedgerKind, str]]:
    """Kind and reference of the refund entries that `outcome` may tell of again.

    No query when it tells of none, else one.
    """
    if not outcome.refunds:
        return set()
    rows = LedgerEntry.objects.filter(
        payment_id=payment_id, kind__in=[LedgerKind.REFUNDED, LedgerKind.REFUND_FAILED]
    ).values_list("kind", "reference")
    return {(LedgerKind(kind), reference) for kind, reference in rows}

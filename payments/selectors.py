"""Reads of payments."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from payments.domain import (
    LedgerKind,
    OperationKind,
    OperationStatus,
    Outcome,
    PaymentNotFound,
    PaymentStatus,
)
from payments.models import LedgerEntry, Operation, Payment


def payment_with(payment_id: UUID) -> Payment:
    """Return a payment. One query. Raises `PaymentNotFound`."""
    payment = Payment.objects.filter(pk=payment_id).first()
    if payment is None:
        raise PaymentNotFound
    return payment


def payment_in_progress(*, checkout_id: UUID) -> Payment | None:
    """Return the one payment of a checkout whose end is not known, or None. One query."""
    pending = Payment.objects.filter(checkout_id=checkout_id, status=PaymentStatus.PENDING)
    return pending.filter(order=None).first()


def payments_of_order(order_id: UUID) -> list[Payment]:
    """Return the payments of an order, oldest first. One query."""
    return list(Payment.objects.filter(order_id=order_id).order_by("id"))


def payments_to_recover(*, now: datetime, limit: int = 100) -> list[Payment]:
    """Return those whose outcome is not known, or whose money has no order yet, most overdue first.

    One query.
    """
    due = Payment.objects.filter(next_attempt_at__lte=now).order_by("next_attempt_at")
    return list(due[:limit])


def count_stuck_payments(*, now: datetime) -> int:
    """Return how many payments need a person: how they ended has not been learned. One query."""
    return Payment.objects.stuck(now=now).count()


def stuck_payments(*, now: datetime) -> list[Payment]:
    """Return the payments that need a person, oldest first. One query."""
    return list(Payment.objects.stuck(now=now).order_by("id"))


def operations_to_recover(*, now: datetime, limit: int = 100) -> list[Operation]:
    """Return captures, voids and refunds whose end is not known, most overdue first. One query."""
    due = Operation.objects.filter(next_attempt_at__lte=now).order_by("next_attempt_at")
    return list(due[:limit])


def pending_operations(*, payment_id: UUID) -> list[Operation]:
    """Return what has been requested and not finished, oldest first. One query."""
    pending = Operation.objects.filter(payment_id=payment_id, status=OperationStatus.PENDING)
    return list(pending.order_by("id"))


def is_given_up(*, payment_id: UUID) -> bool:
    """Tell whether a payment was asked to be voided, and was not found captured. One query."""
    voids = Operation.objects.filter(payment_id=payment_id, kind=OperationKind.VOID)
    return voids.exclude(status=OperationStatus.FAILED).exists()


def booked_refunds(*, payment_id: UUID, outcome: Outcome) -> set[tuple[LedgerKind, str]]:
    """Return kind and reference of the refund entries that `outcome` may report again.

    No query when it reports none, else one.
    """
    if not outcome.refunds:
        return set()
    rows = LedgerEntry.objects.filter(
        payment_id=payment_id, kind__in=[LedgerKind.REFUNDED, LedgerKind.REFUND_FAILED]
    ).values_list("kind", "reference")
    return {(LedgerKind(kind), reference) for kind, reference in rows}

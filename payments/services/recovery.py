"""Finishing what a crash, a time-out or a silent provider left open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from core.db.batches import in_time, isolated
from core.db.transactions import use_case
from payments.domain import Outcome, OutcomeKind
from payments.selectors import operations_to_recover, payments_to_recover, pending_operations
from payments.services.authorization import look_up
from payments.services.ledger import record_outcome
from payments.services.operations import execute_operations, record_operation


def recover_payments(
    *, resolve: Callable[[UUID, Outcome], object], now: datetime, limit: int, seconds: float
) -> int:
    """Ask providers what became of overdue payments and hand each outcome to `resolve`.

    Returns how many were asked about. One that fails is logged and comes again later; it stops
    no other. After so many `seconds` the rest stays due: a slow provider makes for short work,
    not for a long run.
    """
    asked = 0
    for payment in in_time(payments_to_recover(now=now, limit=limit), seconds):
        with isolated("payment_recovery_failed", payment_id=payment.id):
            try:
                resolve(payment.id, look_up(payment=payment, now=timezone.now()))
                execute_operations(payment_id=payment.id)
            except Exception as error:
                _postpone(payment.id, error, now=timezone.now())
                raise
        asked += 1
    return asked


def recover_operations(*, now: datetime, limit: int, seconds: float) -> int:
    """Execute the overdue captures, voids and refunds; those of one payment in turn.

    Returns for how many payments. Failures and `seconds` are as in `recover_payments`.
    """
    operations = operations_to_recover(now=now, limit=limit)
    due = dict.fromkeys(operation.payment_id for operation in operations)
    asked = 0
    for payment_id in in_time(due, seconds):
        with isolated("operation_recovery_failed", payment_id=payment_id):
            try:
                execute_operations(payment_id=payment_id)
            except Exception as error:
                for operation in pending_operations(payment_id=payment_id):
                    record_operation(
                        operation_id=operation.id, outcome=_failed(error), now=timezone.now()
                    )
                raise
        asked += 1
    return asked


@use_case
def _postpone(payment_id: UUID, error: Exception, *, now: datetime) -> None:
    """Show staff why, and move the payment to the end of the queue."""
    record_outcome(payment_id=payment_id, outcome=_failed(error), now=now)


def _failed(error: Exception) -> Outcome:
    return Outcome(OutcomeKind.UNKNOWN, detail=f"recovery failed: {type(error).__name__}")

"""Finishing what a crash, a timeout or a silent provider left open."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

import structlog
from django.utils import timezone

from checkout.domain import PAYING, CheckoutStatus
from checkout.models import Checkout
from checkout.services.placing import move_to
from checkout.services.settling import settle_recovered
from core.db.transactions import use_case
from inventory.services import release
from orders.services import finish_operations
from payments.domain import Outcome, OutcomeKind, PaymentState
from payments.selectors import (
    latest_payment,
    operations_to_recover,
    payments_to_recover,
    pending_operations,
)
from payments.services import look_up, record_operation, record_outcome, record_reversal

# How long a buyer may take over 3-D Secure and the like after the reservation has run out.
ACTION_GRACE = timedelta(minutes=15)
# The job runs every minute, and half of it is for payments. A call may take 27 seconds.
RUN_SECONDS = 30.0

T = TypeVar("T")

log = structlog.get_logger(__name__)


def recover_payments(*, now: datetime, limit: int = 100, seconds: float = RUN_SECONDS) -> int:
    """Asks providers what became of payments and operations that are overdue.

    Returns how many payments were asked about, for either reason. One that fails
    is logged and comes again later; it stops no other and keeps none waiting.
    After so many `seconds` on payments, and as many on operations, what is left
    stays due: a slow provider makes for short work, not for a long run.
    """
    asked = 0
    for payment in _in_time(payments_to_recover(now=now, limit=limit), seconds):
        with _alone("payment_recovery_failed", payment_id=payment.id):
            _recover(payment)
        asked += 1
    operations = operations_to_recover(now=now, limit=limit)
    due = dict.fromkeys(operation.payment_id for operation in operations)
    for payment_id in _in_time(due, seconds):
        with _alone("operation_recovery_failed", payment_id=payment_id):
            _finish(payment_id)
        asked += 1
    return asked


def abandon_payments(*, now: datetime, limit: int = 100) -> int:
    """Ends checkouts whose buyer never did what the provider asked for; returns how many.

    One that fails, because somebody is working on it, is logged and left for the next time.
    """
    overdue = (
        Checkout.objects.filter(
            status=CheckoutStatus.REQUIRES_ACTION, reservation_expires_at__lte=now - ACTION_GRACE
        )
        .order_by("reservation_expires_at", "id")
        .values_list("pk", flat=True)[:limit]
    )
    ended = 0
    for checkout_id in list(overdue):
        with _alone("abandoning_failed", checkout_id=checkout_id):
            ended += _abandon(checkout_id, now=now)
    return ended


def _in_time(due: Collection[T], seconds: float) -> Iterator[T]:
    """One at least, and then no more than fit."""
    started = time.monotonic()
    for done, each in enumerate(due):
        if done and time.monotonic() - started >= seconds:
            log.warning("recovery_out_of_time", left=len(due) - done)
            return
        yield each


@contextmanager
def _alone(event: str, **subject: UUID) -> Iterator[None]:
    """What goes wrong with one is logged, and is nothing to the others."""
    try:
        yield
    except Exception:
        log.exception(event, **{name: str(value) for name, value in subject.items()})


def _recover(payment: PaymentState) -> None:
    try:
        outcome = look_up(payment=payment, now=timezone.now())
        settle_recovered(payment_id=payment.id, outcome=outcome, now=timezone.now())
        finish_operations(payment_id=payment.id)
    except Exception as error:
        _postpone(payment.id, error, now=timezone.now())
        raise


def _finish(payment_id: UUID) -> None:
    try:
        finish_operations(payment_id=payment_id)
    except Exception as error:
        _postpone_operations(payment_id, error, now=timezone.now())
        raise


@use_case
def _postpone(payment_id: UUID, error: Exception, *, now: datetime) -> None:
    """Staff can see why, and the payment goes to the end of the queue."""
    record_outcome(payment_id=payment_id, outcome=_failed(error), now=now)


@use_case
def _postpone_operations(payment_id: UUID, error: Exception, *, now: datetime) -> None:
    """Those of one payment are carried out in turn, so they wait together."""
    for operation in pending_operations(payment_id=payment_id):
        record_operation(operation_id=operation.id, outcome=_failed(error), now=now)


def _failed(error: Exception) -> Outcome:
    return Outcome(OutcomeKind.UNKNOWN, detail=f"recovery failed: {type(error).__name__}")


@use_case
def _abandon(checkout_id: UUID, *, now: datetime) -> bool:
    checkout = Checkout.objects.filter(pk=checkout_id, status__in=PAYING).locked().first()
    payment = latest_payment(checkout_id=checkout.id) if checkout else None
    if checkout is None or payment is None or payment.step is not OutcomeKind.REQUIRES_ACTION:
        return False
    release(checkout_ids=[checkout.id])
    record_reversal(payment_id=payment.id, reason="abandoned", now=now)
    move_to(checkout, CheckoutStatus.EXPIRED, now=now)
    return True

"""When a payment or an operation has to be looked up again, and what silence means."""

from __future__ import annotations

from datetime import datetime, timedelta

from payments.domain.errors import NOT_PROCESSED, PROVIDER_UNAVAILABLE
from payments.domain.values import Capture, Outcome, OutcomeKind, PaymentRecord, PaymentStatus

_SLOWEST = timedelta(hours=1)
# How long a declined payment is looked up, in case that it is paid after all.
_DECLINED_WATCH = timedelta(hours=24)


def backoff(grace: timedelta, lookup_attempts: int) -> timedelta:
    """Return the time to wait after so many attempts: `grace`, then doubling up to an hour."""
    doublings = max(0, min(lookup_attempts, 20) - 2)
    return min(grace * (1 << doublings), _SLOWEST)


def next_lookup_at(
    payment: PaymentRecord, *, lookup_attempts: int, grace: timedelta, now: datetime
) -> datetime | None:
    """Return when to ask the provider again, or None when there is nothing left to look up.

    Money without an order is never left alone: it ends in an order or is returned.
    """
    done = {PaymentStatus.VOIDED, PaymentStatus.REFUNDED}
    if payment.capture == Capture.OFFLINE or payment.status in done:
        return None
    if payment.step == OutcomeKind.DECLINED:
        # A provider that keeps a reference lets the buyer try again under it.
        never_arrived = payment.decline_code in {NOT_PROCESSED, PROVIDER_UNAVAILABLE}
        open_yet = payment.reference is not None or never_arrived
        if not open_yet or now - payment.created_at > _DECLINED_WATCH:
            return None
    elif payment.order_id is not None:
        return None
    # While the call may still be on its way, it does not matter how often a buyer has asked.
    if now - payment.created_at < grace:
        return payment.created_at + grace
    return now + backoff(grace, lookup_attempts)


def outcome_if_not_found(payment: PaymentRecord, *, grace: timedelta, now: datetime) -> Outcome:
    """Return what it means that the provider does not know a payment.

    Within `grace` (longer than a call can take) the call may still be on its way.
    """
    if now - payment.created_at < grace:
        return Outcome(OutcomeKind.UNKNOWN, detail="not known to the provider yet")
    return Outcome(OutcomeKind.DECLINED, decline_code=NOT_PROCESSED)

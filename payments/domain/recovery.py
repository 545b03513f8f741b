"""When a payment or an operation has to be looked at again, and what silence means."""

from __future__ import annotations

from datetime import datetime, timedelta

from payments.domain.errors import NOT_PROCESSED, PROVIDER_UNAVAILABLE
from payments.domain.values import Capture, Outcome, OutcomeKind, PaymentState, PaymentStatus

_SLOWEST = timedelta(hours=1)
# How long a declined payment is looked at, in case that money comes of it after all.
_DECLINED_WATCH = timedelta(hours=24)
_NEVER_ARRIVED = frozenset({NOT_PROCESSED, PROVIDER_UNAVAILABLE})
_DONE = frozenset({PaymentStatus.VOIDED, PaymentStatus.REFUNDED})


def backoff(grace: timedelta, looks: int) -> timedelta:
    """The time to wait after so many looks: `grace`, then doubling up to an hour."""
    doublings = max(0, min(looks, 20) - 2)
    return min(grace * (1 << doublings), _SLOWEST)


def next_lookup_at(
    payment: PaymentState, *, looks: int, grace: timedelta, now: datetime
) -> datetime | None:
    """When to ask the provider again; None when there is nothing left to find out.

    Money without an order is never left alone: it ends in an order or goes back.
    """
    if payment.capture is Capture.OFFLINE or payment.status in _DONE:
        return None
    if payment.step is OutcomeKind.DECLINED:
        # A provider that keeps a reference lets the buyer try again under it.
        open_yet = payment.reference is not None or payment.decline_code in _NEVER_ARRIVED
        if not open_yet or now - payment.created_at > _DECLINED_WATCH:
            return None
    elif payment.order_id is not None:
        return None
    # While the call may still be on its way, it does not matter how often a buyer has asked.
    if _is_young(payment, grace, now):
        return payment.created_at + grace
    return now + backoff(grace, looks)


def _is_young(payment: PaymentState, grace: timedelta, now: datetime) -> bool:
    return now - payment.created_at < grace


def outcome_if_not_found(payment: PaymentState, *, grace: timedelta, now: datetime) -> Outcome:
    """What it means that the provider does not know a payment.

    Within `grace` (longer than a call can take) the call may still be on its way.
    """
    if _is_young(payment, grace, now):
        return Outcome(OutcomeKind.UNKNOWN, detail="not known to the provider yet")
    return Outcome(OutcomeKind.DECLINED, decline_code=NOT_PROCESSED)

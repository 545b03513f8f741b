"""Finishing what a crash, a time-out or a silent provider left open."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

import payments.services
from checkout.domain import PAYING, CheckoutStatus
from checkout.models import Checkout
from checkout.services.changes import save_as_new_version, transition
from checkout.services.ending import end_each
from checkout.services.outcomes import resolve_recovered
from checkout.services.promotions import release_claims
from core.db.transactions import use_case
from inventory.services import release
from payments.domain import OutcomeKind
from payments.selectors import payment_in_progress

# How long a buyer may take over 3-D Secure and the like after the reservation has run out.
ACTION_GRACE = timedelta(minutes=15)
# The job runs every minute, and half of it is for payments. A call may take 27 seconds.
RUN_SECONDS = 30.0


def recover_payments(*, now: datetime, limit: int = 100, seconds: float = RUN_SECONDS) -> int:
    """Ask providers what became of payments and operations that are overdue.

    Returns how many payments were asked about, for either reason. One that fails is logged and
    comes again later; it stops no other and keeps none waiting. After so many `seconds` on
    payments, and as many on operations, what is left stays due.
    """
    asked = payments.services.recover_payments(
        resolve=lambda payment_id, outcome: resolve_recovered(
            payment_id=payment_id, outcome=outcome, now=timezone.now()
        ),
        now=now,
        limit=limit,
        seconds=seconds,
    )
    return asked + payments.services.recover_operations(now=now, limit=limit, seconds=seconds)


def abandon_payments(*, now: datetime) -> int:
    """End checkouts whose buyer never did what the provider asked for; return how many.

    Each ends in a transaction of its own; `end_each` says which are left for the next run.
    """
    overdue = Checkout.objects.filter(
        status=CheckoutStatus.REQUIRES_ACTION, reservation_expires_at__lte=now - ACTION_GRACE
    )
    return end_each(
        overdue, lambda checkout_id: _abandon(checkout_id, now=now), event="abandoning_failed"
    )


@use_case
def _abandon(checkout_id: UUID, *, now: datetime) -> bool:
    rows = Checkout.objects.select_for_update(skip_locked=True, no_key=True)
    checkout = rows.filter(pk=checkout_id, status__in=PAYING).first()
    payment = payment_in_progress(checkout_id=checkout.id) if checkout else None
    if checkout is None or payment is None or payment.step != OutcomeKind.REQUIRES_ACTION:
        return False
    payments.services.record_reversal(payment_id=payment.id, reason="abandoned", now=now)
    release_claims([checkout])
    release(checkout_ids=[checkout.id])
    transition(checkout, CheckoutStatus.EXPIRED)
    save_as_new_version(checkout, (), now=now)
    return True

"""Calling a person to what no recovery has settled."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from core.db.transactions import use_case
from events.selectors import events_of_type
from events.services import record_event
from payments.emails import tell_staff_of_stuck
from payments.selectors import stuck_payments


@use_case
def announce_stuck_payments(*, now: datetime) -> int:
    """Record of each payment, once, that it needs a person; return how many were new.

    The addresses of staff that the settings name get one e-mail about all that are new, however
    many an outage of a provider has left.
    """
    stuck = stuck_payments(now=now)
    told = events_of_type(
        "payment.stuck", subject_ids=[payment.checkout_id for payment in stuck]
    ).values_list("data__payment_id", flat=True)
    known = set(told) if stuck else set()
    new = [payment for payment in stuck if str(payment.id) not in known]
    for payment in new:
        record_event(
            type="payment.stuck",
            subject_id=payment.checkout_id,
            data={"payment_id": str(payment.id), "amount": payment.amount},
            now=now,
        )
    if new and settings.EMAILS.staff:
        tell_staff_of_stuck.defer(payment_ids=[str(payment.id) for payment in new])
    return len(new)

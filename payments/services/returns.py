"""Telling of money that goes back because no order came of it."""

from __future__ import annotations

from datetime import datetime

from events.services import record_event
from payments.domain import PaymentState


def announce_return(*, payment: PaymentState, reason: str, now: datetime) -> None:
    """An event of the payment's checkout, for its buyer and for staff; once for each payment."""
    amount = payment.captured or payment.amount
    record_event(
        type="payment.returned",
        subject_id=payment.checkout_id,
        data={"payment_id": str(payment.id), "amount": amount, "reason": reason},
        now=now,
    )

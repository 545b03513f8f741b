"""Telling of money that goes back because no order came of it."""

from __future__ import annotations

from datetime import datetime

from events.services import record_event
from payments.domain import PaymentState
from payments.emails import send_payment_returned


def announce_return(*, payment: PaymentState, reason: str, now: datetime) -> None:
    """An event of the payment's checkout, for staff, and an e-mail to its buyer.

    The caller sees to it that this happens once for each payment.
    """
    amount = payment.captured or payment.amount
    record_event(
        type="payment.returned",
        subject_id=payment.checkout_id,
        data={"payment_id": str(payment.id), "amount": amount, "reason": reason},
        now=now,
    )
    send_payment_returned.defer(payment_id=str(payment.id), amount=amount, reason=reason)

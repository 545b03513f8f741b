"""E-mails about payments: background jobs, deferred in the transaction they tell about.

A job's arguments name rows and hold nothing personal.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.db.jobs import Queue, job
from core.mailing.messages import send_mail
from core.money import money_body
from payments.models import Payment

# Why the payment became no order, in the buyer's words.
BECAUSE = {
    "sold_out": _("what you wanted to buy was sold to someone else in the meantime"),
    "withdrawn": _("what you wanted to buy was withdrawn from sale in the meantime"),
    "abandoned": _("it arrived after your checkout had run out"),
    "checkout_canceled": _("you had canceled the checkout"),
    "checkout_changed": _("you had changed the checkout since"),
    "paid_otherwise": _("you had chosen another way to pay"),
    "paid_in_part": _("it was not the whole price"),
    "paid_twice": _("the order had been paid for already"),
}


@job(Queue.MAIL)
def send_payment_returned(*, payment_id: str, amount: int, reason: str) -> None:
    """Tell the buyer, who may have left long ago, that a payment goes back and why.

    Nobody is told where no address is known, or not any more.
    """
    payment = Payment.objects.select_related("checkout").get(pk=UUID(payment_id))
    if payment.checkout.email:
        send_mail(
            template="payments/emails/payment_returned",
            to=payment.checkout.email,
            context={
                "money": money_body(amount, payment.currency),
                "because": BECAUSE.get(reason, _("no order could be made of it")),
            },
            language=payment.checkout.language,
        )


@job(Queue.MAIL)
def tell_staff_of_stuck(*, payment_ids: Sequence[str]) -> None:
    """Tell staff of payments that need a person, all in one e-mail."""
    payments = Payment.objects.filter(pk__in=list(map(UUID, payment_ids))).order_by("id")
    stuck = [
        {
            "id": payment.id,
            "money": money_body(payment.amount, payment.currency),
            "provider": payment.provider,
            "begun_at": payment.created_at,
        }
        for payment in payments
    ]
    send_mail(
        template="payments/emails/payments_stuck",
        to=settings.EMAILS.staff,
        context={"stuck": stuck, "count": len(stuck)},
    )

"""E-mails about stock: background jobs, deferred in the transaction of the event they tell of."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings

from core.db.jobs import Queue, job
from core.mailing.messages import send_mail
from events.selectors import event_with


@job(Queue.MAIL)
def tell_staff(*, event_id: str) -> None:
    """Tell staff that the stock of a variant has become low, as the event says."""
    data = event_with(UUID(event_id)).data
    send_mail(
        template="inventory/emails/low_stock",
        to=settings.EMAILS.staff,
        context={"sku": data["sku"], "on_hand": data["on_hand"]},
    )

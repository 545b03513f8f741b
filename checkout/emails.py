"""E-mails about checkouts: background jobs, deferred in the transaction of what they tell of."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkout.domain import EDITABLE
from checkout.links import draft_link
from checkout.models import Checkout
from checkout.selectors import buyer_of, lines_of, status_at
from core.bodies import line_body
from core.db.jobs import Queue, job
from core.mailing.messages import greeting_name, send_mail
from core.money import money_body


@job(Queue.MAIL)
def send_draft_link(*, checkout_id: str) -> None:
    """Send the buyer the link that completes a draft; none once it cannot be completed."""
    checkout = Checkout.objects.get(pk=UUID(checkout_id))
    if status_at(checkout, timezone.now()) not in EDITABLE or not checkout.email:
        return
    buyer = buyer_of(checkout)
    send_mail(
        template="checkout/emails/draft_sent",
        to=checkout.email,
        context={
            "name": greeting_name(buyer["first_name"], buyer["last_name"]),
            "items": [line_body(line, checkout.currency) for line in lines_of(checkout)],
            "total": money_body(checkout.total, checkout.currency),
            "until": checkout.reservation_expires_at,
            "action": _("View and pay"),
            "link": draft_link(checkout.id),
        },
        language=checkout.language,
    )

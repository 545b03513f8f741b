"""Sending the buyer an e-mail again."""

from __future__ import annotations

from datetime import datetime

from core.caller import Caller
from core.db.transactions import use_case
from events.domain import actor_of
from events.services import record_event
from orders.domain import EmailNotDue, NoEmailAddress, OrderNotFound
from orders.emails import may_be_told, tell_buyer
from orders.mails import OrderMail
from orders.models import Order
from orders.selectors import mail_events, order_for
from orders.services.locking import lock_order

RESEND_EMAIL_ERRORS = (OrderNotFound, NoEmailAddress, EmailNotDue)


@use_case
def resend_email(
    *, caller: Caller, number: str, mail: OrderMail, seen: int | None = None, now: datetime
) -> Order:
    """Send an e-mail again about the latest event that it tells of.

    It goes to the address that the order has now and shows the order as it is now. Raises
    `RESEND_EMAIL_ERRORS`.
    """
    order = lock_order(caller=caller, number=number, seen=seen)
    if not may_be_told(order.email):
        raise NoEmailAddress
    event = mail_events(order.id).get(mail)
    if event is None:
        raise EmailNotDue
    tell_buyer.defer(event_id=str(event.id))
    record_event(
        type="order.email_resent",
        subject_id=order.id,
        data={"mail": mail},
        by=actor_of(caller),
        now=now,
    )
    return order_for(caller=caller, number=number)

"""E-mails about orders: background jobs, deferred in the transaction of the event they tell of.

A job's argument names the event. What a mail says is `orders.snapshot`, as GET gives it, at the
moment it is sent; what it is about, such as a parcel, is what the event says.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.domain import ERASED_DOMAIN
from core.db.jobs import Queue, job
from core.mailing.messages import Message, greeting_name, render, send_mail
from core.money import money_body
from events.selectors import event_with
from orders.links import order_link
from orders.mails import OrderMail, mail_for
from orders.models import Order
from orders.selectors import shown_with
from orders.snapshot import order_body

DETAILS = "orders/emails/details"


@job(Queue.MAIL)
def tell_buyer(*, event_id: str) -> None:
    """Tell the buyer of an event of their order; one without an e-mail address is not told."""
    event = event_with(UUID(event_id))
    body = order_body(_order(event.subject_id))
    mail = mail_for(event.type, event.data)
    if mail and may_be_told(body["email"]):
        send_mail(
            template=template_of(mail),
            to=body["email"],
            context=context_of(body, event.data, at=event.created_at),
            language=body["language"],
        )


@job(Queue.MAIL)
def tell_staff(*, event_id: str) -> None:
    """Tell staff of a new order, at the addresses that the settings name."""
    body = order_body(_order(event_with(UUID(event_id)).subject_id))
    send_mail(
        template="orders/emails/staff_placed",
        to=settings.EMAILS.staff,
        context={"order": body, "details": DETAILS},
    )


@job(Queue.MAIL)
def send_order_link(*, order_id: str | None) -> None:
    """Send the link that opens an order to who asked for it; without an order do nothing."""
    body = order_body(_order(UUID(order_id))) if order_id else None
    if body and may_be_told(body["email"]):
        send_mail(
            template="orders/emails/order_link",
            to=body["email"],
            context=_about(body),
            language=body["language"],
        )


def may_be_told(email: str) -> bool:
    """Tell whether there is an address to write to, which is not that of a person erased."""
    return bool(email) and not email.endswith(f"@{ERASED_DOMAIN}")


def preview(
    order: Order, mail: OrderMail, *, language: str, data: Mapping[str, Any], at: datetime | None
) -> Message:
    """Return a mail as it would be sent; `data` and `at` are those of the event it tells of."""
    context = context_of(order_body(order), data, at=at)
    return render(template=template_of(mail), context=context, language=language)


def template_of(mail: OrderMail) -> str:
    """Return the template of a mail's words."""
    return f"orders/emails/{mail}"


def context_of(
    body: Mapping[str, Any], data: Mapping[str, Any], *, at: datetime | None
) -> dict[str, object]:
    """Return what the templates have: the order as GET gives it, and what the event says of it.

    An event of before a member was recorded lacks it, and the words do without.
    """
    titles = {line["sku"]: line["title"] for line in body["items"]}
    context = _about(body) | {
        "details": DETAILS,
        "happened_at": at,
        "comes_back": data.get("comes_back", False),
        "carrier": data.get("carrier", ""),
        "tracking_number": data.get("tracking_number", ""),
        "units": [
            {"quantity": item["quantity"], "title": titles.get(item["sku"], item["sku"])}
            for item in data.get("items", ())
        ],
    }
    for name, member in (
        ("captured", "captured"), ("refund", "amount"), ("refunded_in_all", "refunded")
    ):  # fmt: skip
        if data.get(member):
            context[name] = money_body(data[member], body["currency"])
    return context


def _about(body: Mapping[str, Any]) -> dict[str, object]:
    """Return the order, how its buyer is greeted and named, and the link that opens it."""
    first_name, last_name = body["buyer"]["first_name"], body["buyer"]["last_name"]
    return {
        "order": body,
        "name": greeting_name(first_name, last_name),
        "buyer_name": " ".join(filter(None, (first_name, last_name))),
        "action": _("View your order"),
        **order_link(body["id"], body["number"]),
    }


def _order(order_id: UUID) -> Order:
    orders = Order.objects.prefetch_related(*shown_with()).defer("search_vector")
    return orders.get(pk=order_id)

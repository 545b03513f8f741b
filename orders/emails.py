"""E-mails about orders: background jobs, deferred in the transaction they tell about.

A job's arguments name rows and hold nothing personal and no secret; the link in an
e-mail is signed when it is sent.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.dateformat import format as date_format

from accounts.domain import ERASED_DOMAIN
from accounts.emails import send_mail
from core.buyer import buyer_known_by
from core.db.jobs import Queue, job
from core.money import format_money
from events.selectors import event_with
from orders.links import order_link
from orders.models import Order


@job(Queue.MAIL)
def send_withdrawal_acknowledgment(*, event_id: str) -> None:
    """Acknowledge a withdrawal: what was submitted and when, on a durable medium."""
    event = event_with(UUID(event_id))
    order = Order.objects.get(pk=event.subject_id)
    buyer = buyer_known_by(order.buyer, order.shipping_address)
    titles = dict(order.lines.values_list("sku", "title"))
    submitted_at = timezone.localtime(event.created_at, settings.SHOP_TIME_ZONE)
    _send(
        "withdrawal_acknowledged",
        order,
        name=" ".join(filter(None, (buyer["first_name"], buyer["last_name"]))),
        items=[(item["quantity"], titles[item["sku"]]) for item in event.data["items"]],
        submitted_at=date_format(submitted_at, "j F Y, H:i:s T"),
        money=format_money(event.data["amount"], order.currency),
        paid=event.data["amount"] > 0,
        comes_back=order.returns.filter(kind="withdrawal", requested_at=event.created_at).exists(),
    )


@job(Queue.MAIL)
def send_order_link(*, order_id: str | None) -> None:
    """Send the link that opens an order; without an order do nothing."""
    order = Order.objects.filter(pk=UUID(order_id)).first() if order_id else None
    if order is not None:
        _send("order_link", order)


def _send(template: str, order: Order, **context: Any) -> None:
    """Send an e-mail about an order to its buyer, if an address is known, and still is."""
    if not order.email or order.email.endswith(f"@{ERASED_DOMAIN}"):
        return
    send_mail(
        template=f"orders/emails/{template}",
        to=order.email,
        context={"number": order.number, **order_link(order.id, order.number), **context},
    )

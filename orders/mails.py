"""What buyers are written to about their orders, and when: one row for each event that tells them.

The templates of these names are in `orders/templates/orders/emails`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from core.ids import normalize_order_number
from orders.domain import ReturnKind
from payments.domain import PaymentStatus


class OrderMail(StrEnum):
    """An e-mail about an order, by the name of its template."""

    PLACED = "placed"
    PAID = "paid"
    PAYMENT_FAILED = "payment_failed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    REFUNDED = "refunded"
    CANCELED = "canceled"
    WITHDRAWN = "withdrawn"
    RETURN_REQUESTED = "return_requested"
    RETURN_APPROVED = "return_approved"
    RETURN_REJECTED = "return_rejected"
    RETURN_RECEIVED = "return_received"

    @property
    def label(self) -> str:
        """Return the name for people."""
        return self.replace("_", " ").capitalize()


MAIL_OF_EVENT: Mapping[str, OrderMail] = {
    "order.placed": OrderMail.PLACED,
    f"order.payment_{PaymentStatus.PAID}": OrderMail.PAID,
    f"order.payment_{PaymentStatus.FAILED}": OrderMail.PAYMENT_FAILED,
    "fulfillment.created": OrderMail.SHIPPED,
    "fulfillment.delivered": OrderMail.DELIVERED,
    f"order.payment_{PaymentStatus.PARTIALLY_REFUNDED}": OrderMail.REFUNDED,
    f"order.payment_{PaymentStatus.REFUNDED}": OrderMail.REFUNDED,
    "order.canceled": OrderMail.CANCELED,
    "order.withdrawn": OrderMail.WITHDRAWN,
    "return.requested": OrderMail.RETURN_REQUESTED,
    "return.approved": OrderMail.RETURN_APPROVED,
    "return.rejected": OrderMail.RETURN_REJECTED,
    "return.received": OrderMail.RETURN_RECEIVED,
}
_ANSWERED_AT_ONCE = (OrderMail.RETURN_REQUESTED, OrderMail.RETURN_APPROVED)


def mail_for(event: str, data: Mapping[str, Any]) -> OrderMail | None:
    """Return the mail that tells of an event, if any does.

    Money of a refund that failed is back with the shop: the buyer has not paid again, and has
    been given nothing. `amount` is what an event of a payment has refunded. A return that a
    withdrawal opens is told of by the acknowledgment of the withdrawal.
    """
    mail = MAIL_OF_EVENT.get(event)
    if mail in _ANSWERED_AT_ONCE and data.get("kind") == ReturnKind.WITHDRAWAL:
        return None
    if mail is OrderMail.PAID and data.get("captured") == 0:
        return None  # an edit has taken off all that was due of it
    refunded = data.get("amount")
    if mail is OrderMail.PAID and refunded and refunded > 0:
        mail = OrderMail.REFUNDED  # down to what the order costs since it was edited
    if refunded is not None and refunded < (1 if mail is OrderMail.REFUNDED else 0):
        return None
    return mail


def resent_by(number: str) -> str:
    """Return whose quota of e-mails one that is sent again counts against: that of its order."""
    return f"order\n{normalize_order_number(number)}"

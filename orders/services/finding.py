"""Finding an order again without an account."""

from __future__ import annotations

from core.db.transactions import use_case
from core.email_address import normalize_email
from core.ids import normalize_order_number
from orders import emails
from orders.models import Order


@use_case
def look_up_order(*, number: str, email: str) -> None:
    """Mail a link that opens the order, if the number and the e-mail address belong together.

    The same statements run if they do not, so that the time taken tells nothing.
    """
    found = Order.objects.filter(number=normalize_order_number(number))
    order_id = found.filter(email=normalize_email(email)).values_list("pk", flat=True).first()
    emails.send_order_link.defer(order_id=str(order_id) if order_id else None)

"""The `Order-Token` header: the proof of one order that a mailed link brings.

Signed and expiring, so that nothing is stored. It proves the order as the `Cart-Token` does,
and neither the cart nor any other order.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing

MAX_LENGTH = 200
_SALT = "congocart.orders.link"


def sign_order_token(order_id: UUID) -> str:
    """Return the URL-safe token that proves an order for `AFTER_SALES.link` days from now."""
    return signing.dumps(order_id.hex, salt=_SALT)


def order_proved_by(token: str) -> UUID | None:
    """Return the order that a token proves; None for one that is forged or has expired."""
    if not 0 < len(token) <= MAX_LENGTH:
        return None
    lifetime = timedelta(days=settings.AFTER_SALES.link)
    try:
        return UUID(signing.loads(token, salt=_SALT, max_age=lifetime))
    except signing.BadSignature:
        return None

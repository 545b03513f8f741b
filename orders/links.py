"""Links that open one order for who reads its e-mails: signed, and good for some days.

Nothing is stored. The token proves one order as its buyer's `Cart-Token` does, and nothing else.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings

from core.http.order_tokens import sign_order_token


def order_link(order_id: UUID, number: str) -> dict[str, object]:
    """Return `link` and its `lifetime` for an e-mail about an order; valid from now."""
    token = sign_order_token(order_id)
    return {
        "link": f"{settings.STOREFRONT_URL}/orders/{number}?token={token}",
        "lifetime": timedelta(days=settings.AFTER_SALES.link),
    }

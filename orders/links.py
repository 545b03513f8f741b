"""Links that open one order for who reads its e-mails: signed, and good for some days.

Nothing is stored. The token proves one order as its buyer's `Cart-Token` does, and nothing else.
"""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.template.defaultfilters import pluralize

from core.http.order_tokens import sign_order_token


def order_link(order_id: UUID, number: str) -> dict[str, str]:
    """Return `link`, `token` and `lifetime` for an e-mail about an order; valid from now."""
    token = sign_order_token(order_id)
    days = settings.AFTER_SALES.link
    return {
        "token": token,
        "link": f"{settings.STOREFRONT_URL}/orders/{number}?token={token}",
        "lifetime": f"{days} day{pluralize(days)}",
    }

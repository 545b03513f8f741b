"""Links by which a buyer completes a checkout that staff have opened for them.

The token is that of a guest's cart. It is derived from `SECRET_KEY`, so that it is stored only as
its hash, as every other one, and the link can be mailed again.
"""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac


def draft_token(checkout_id: UUID) -> str:
    """Return the `Cart-Token` that proves a checkout opened by staff, once it is sent."""
    return salted_hmac("checkout.draft", str(checkout_id), algorithm="sha256").hexdigest()


def sent_for(checkout_id: UUID) -> str:
    """Return whose e-mails the limit counts when a draft is sent."""
    return f"draft:{checkout_id}"


def draft_link(checkout_id: UUID) -> str:
    """Return the address of the storefront's page on which the buyer completes it."""
    return f"{settings.STOREFRONT_URL}/checkouts/{checkout_id}?token={draft_token(checkout_id)}"

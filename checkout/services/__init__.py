"""The journey from a cart to an order."""

from __future__ import annotations

from checkout.services.beginning import begin_checkout, begin_checkout_of_items
from checkout.services.completion import PaymentChoice, complete_checkout
from checkout.services.editing import cancel_checkout, change_checkout, expire_checkouts
from checkout.services.outcomes import Completion, resolve_recovered, resolve_webhook
from checkout.services.recovery import abandon_payments, recover_payments
from checkout.services.shipping import ensure_shipping_method

__all__ = [
    "Completion",
    "PaymentChoice",
    "abandon_payments",
    "begin_checkout",
    "begin_checkout_of_items",
    "cancel_checkout",
    "change_checkout",
    "complete_checkout",
    "ensure_shipping_method",
    "expire_checkouts",
    "recover_payments",
    "resolve_recovered",
    "resolve_webhook",
]

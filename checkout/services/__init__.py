"""The way from a cart to an order."""

from __future__ import annotations

from checkout.services.beginning import (
    BEGIN_CHECKOUT_ERRORS,
    begin_checkout,
    begin_checkout_of_items,
)
from checkout.services.completion import COMPLETE_CHECKOUT_ERRORS, PaymentChoice, complete_checkout
from checkout.services.editing import (
    CANCEL_CHECKOUT_ERRORS,
    CHANGE_CHECKOUT_ERRORS,
    cancel_checkout,
    change_checkout,
    expire_checkouts,
)
from checkout.services.outcomes import Completion, resolve_recovered, resolve_webhook
from checkout.services.recovery import abandon_payments, recover_payments
from checkout.services.shipping import ensure_shipping_method
from checkout.services.vat_numbers import check_vat_numbers

__all__ = [
    "BEGIN_CHECKOUT_ERRORS",
    "CANCEL_CHECKOUT_ERRORS",
    "CHANGE_CHECKOUT_ERRORS",
    "COMPLETE_CHECKOUT_ERRORS",
    "Completion",
    "PaymentChoice",
    "abandon_payments",
    "begin_checkout",
    "begin_checkout_of_items",
    "cancel_checkout",
    "change_checkout",
    "check_vat_numbers",
    "complete_checkout",
    "ensure_shipping_method",
    "expire_checkouts",
    "recover_payments",
    "resolve_recovered",
    "resolve_webhook",
]

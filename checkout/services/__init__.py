"""The way from a cart to an order."""

from __future__ import annotations

from checkout.services.beginning import (
    BEGIN_CHECKOUT_ERRORS,
    begin_checkout,
    begin_checkout_of_items,
)
from checkout.services.completion import COMPLETE_CHECKOUT_ERRORS, PaymentChoice, complete_checkout
from checkout.services.editing import (
    ADD_COUPON_ERRORS,
    CANCEL_CHECKOUT_ERRORS,
    CHANGE_CHECKOUT_ERRORS,
    REMOVE_COUPON_ERRORS,
    add_coupon,
    cancel_checkout,
    change_checkout,
    expire_checkouts,
    remove_coupon,
)
from checkout.services.outcomes import Completion, resolve_recovered, resolve_webhook
from checkout.services.recovery import abandon_payments, recover_payments
from checkout.services.shipping import (
    CREATE_SHIPPING_METHOD_ERRORS,
    CREATE_SHIPPING_ZONE_ERRORS,
    DELETE_SHIPPING_ZONE_ERRORS,
    QUOTE_SHIPPING_ERRORS,
    UPDATE_SHIPPING_METHOD_ERRORS,
    UPDATE_SHIPPING_ZONE_ERRORS,
    ShippingMethodChanges,
    create_shipping_method,
    create_shipping_zone,
    delete_shipping_method,
    delete_shipping_zone,
    ensure_shipping_method,
    quote_shipping,
    update_shipping_method,
    update_shipping_zone,
    write_areas,
)
from checkout.services.vat_numbers import check_vat_numbers

__all__ = [
    "ADD_COUPON_ERRORS",
    "BEGIN_CHECKOUT_ERRORS",
    "CANCEL_CHECKOUT_ERRORS",
    "CHANGE_CHECKOUT_ERRORS",
    "COMPLETE_CHECKOUT_ERRORS",
    "CREATE_SHIPPING_METHOD_ERRORS",
    "CREATE_SHIPPING_ZONE_ERRORS",
    "DELETE_SHIPPING_ZONE_ERRORS",
    "QUOTE_SHIPPING_ERRORS",
    "REMOVE_COUPON_ERRORS",
    "UPDATE_SHIPPING_METHOD_ERRORS",
    "UPDATE_SHIPPING_ZONE_ERRORS",
    "Completion",
    "PaymentChoice",
    "ShippingMethodChanges",
    "abandon_payments",
    "add_coupon",
    "begin_checkout",
    "begin_checkout_of_items",
    "cancel_checkout",
    "change_checkout",
    "check_vat_numbers",
    "complete_checkout",
    "create_shipping_method",
    "create_shipping_zone",
    "delete_shipping_method",
    "delete_shipping_zone",
    "ensure_shipping_method",
    "expire_checkouts",
    "quote_shipping",
    "recover_payments",
    "remove_coupon",
    "resolve_recovered",
    "resolve_webhook",
    "update_shipping_method",
    "update_shipping_zone",
    "write_areas",
]

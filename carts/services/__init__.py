"""Writes of carts: lock the cart, work out its new lines, write the difference."""

from __future__ import annotations

from carts.services.claiming import (
    CLAIM_CART_ERRORS,
    claim_cart,
)
from carts.services.coupons import (
    ADD_COUPON_ERRORS,
    REMOVE_COUPON_ERRORS,
    add_coupon,
    remove_coupon,
)
from carts.services.editing import (
    ADD_ITEM_ERRORS,
    CHANGE_ITEM_ERRORS,
    CREATE_CART_ERRORS,
    REMOVE_ITEM_ERRORS,
    NewCart,
    add_item,
    change_item,
    create_cart,
    open_cart,
    remove_item,
    replace_items,
)
from carts.services.lifecycle import complete_cart, expire_carts, lock_for_checkout

__all__ = [
    "ADD_COUPON_ERRORS",
    "ADD_ITEM_ERRORS",
    "CHANGE_ITEM_ERRORS",
    "CLAIM_CART_ERRORS",
    "CREATE_CART_ERRORS",
    "REMOVE_COUPON_ERRORS",
    "REMOVE_ITEM_ERRORS",
    "NewCart",
    "add_coupon",
    "add_item",
    "change_item",
    "claim_cart",
    "complete_cart",
    "create_cart",
    "expire_carts",
    "lock_for_checkout",
    "open_cart",
    "remove_coupon",
    "remove_item",
    "replace_items",
]

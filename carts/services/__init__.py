"""Writes of carts: lock the cart, compute its new lines, write the difference."""

from __future__ import annotations

from carts.services.claiming import claim_cart
from carts.services.editing import (
    NewCart,
    add_item,
    change_item,
    create_cart,
    open_cart,
    remove_item,
    replace_items,
)
from carts.services.lifecycle import expire_carts, lock_for_checkout, settle_cart

__all__ = [
    "NewCart",
    "add_item",
    "change_item",
    "claim_cart",
    "create_cart",
    "expire_carts",
    "lock_for_checkout",
    "open_cart",
    "remove_item",
    "replace_items",
    "settle_cart",
]

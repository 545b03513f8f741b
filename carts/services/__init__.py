"""Writes of carts: lock the cart, work out its new lines, write the difference."""

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
from carts.services.lifecycle import complete_cart, expire_carts, lock_for_checkout

__all__ = [
    "NewCart",
    "add_item",
    "change_item",
    "claim_cart",
    "complete_cart",
    "create_cart",
    "expire_carts",
    "lock_for_checkout",
    "open_cart",
    "remove_item",
    "replace_items",
]

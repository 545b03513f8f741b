"""Create a cart and change its lines."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from accounts.services import lock_active_account_shared
from carts.domain import (
    CartFull,
    CartNotFound,
    CartNotOpen,
    CartView,
    CurrencyMismatch,
    ItemNotFound,
    UnknownSku,
    require_cart_limits,
    require_for_sale,
    with_quantities,
)
from carts.models import Cart
from carts.selectors import offered_lines, terms_of, view_with_lines
from carts.services.writing import locked_cart, save_lines, write_lines
from catalog.selectors import offers
from core.caller import Caller
from core.db.transactions import transaction_required, use_case
from core.ids import hash_secret, new_secret
from core.items import ItemRequest, units_by_sku


@dataclass(frozen=True, slots=True)
class NewCart:
    """A new cart; `token` is the guest's secret, known only now, and None for a customer."""

    view: CartView
    token: str | None


CREATE_CART_ERRORS = (UnknownSku, CurrencyMismatch, CartFull)


@use_case
def create_cart(
    *, caller: Caller, currency: str | None, requested: Sequence[ItemRequest], now: datetime
) -> NewCart:
    """Create a cart for a customer, or for a guest who gets its token.

    Raises `CREATE_CART_ERRORS`, and `Unauthenticated` when the caller's account was closed.
    """
    if caller.user_id:
        lock_active_account_shared(user_id=caller.user_id)
    return open_cart(caller=caller, currency=currency, requested=requested, now=now)


@transaction_required
def open_cart(
    *, caller: Caller, currency: str | None, requested: Sequence[ItemRequest], now: datetime
) -> NewCart:
    """Create a cart as `create_cart` does, for a use case that has locked the account."""
    token = None if caller.user_id else new_secret()
    cart = Cart(
        customer_id=caller.user_id,
        token_hash=hash_secret(token) if token else None,
        currency=currency or settings.DEFAULT_CURRENCY,
        expires_at=now + settings.CART_LIFETIME,
        created_at=now,
        updated_at=now,
    )
    quantities = units_by_sku(requested)
    require_cart_limits(quantities.values())
    terms = terms_of(cart, now=now)
    found = []
    if quantities:
        found = offers(currency=cart.currency, skus=quantities.keys(), terms=terms)
    by_sku = require_for_sale(requested, found)
    lines = with_quantities([], {by_sku[sku]: units for sku, units in quantities.items()})
    cart.save(force_insert=True)
    save_lines(cart, lines)
    return NewCart(view_with_lines(cart, lines, terms), token)


ADD_ITEM_ERRORS = (CartNotFound, CartNotOpen, CartFull, UnknownSku, CurrencyMismatch)


@use_case
def add_item(
    *,
    caller: Caller,
    cart_id: UUID,
    item: ItemRequest,
    expected_versions: AbstractSet[int] | None = None,
    now: datetime,
) -> CartView:
    """Add units to the SKU's line, or a line; concurrent adds all count.

    Raises `ADD_ITEM_ERRORS` and `VersionMismatch`.
    """
    cart = locked_cart(caller=caller, cart_id=cart_id, expected_versions=expected_versions, now=now)
    terms = terms_of(cart, now=now)
    before, found = offered_lines(cart, terms, [item.sku])
    offer = require_for_sale([item], found)[item.sku]
    held = sum(line.quantity for line in before if line.offer == offer)
    after = with_quantities(before, {offer: held + item.quantity})
    return write_lines(cart, before=before, after=after, terms=terms)


@use_case
def replace_items(
    *,
    caller: Caller,
    cart_id: UUID,
    requested: Sequence[ItemRequest],
    expected_versions: AbstractSet[int] | None = None,
    now: datetime,
) -> CartView:
    """Make the cart hold exactly `requested`; lines of the same SKU keep their id.

    Raises `ADD_ITEM_ERRORS` and `VersionMismatch`.
    """
    cart = locked_cart(caller=caller, cart_id=cart_id, expected_versions=expected_versions, now=now)
    quantities = units_by_sku(requested)
    require_cart_limits(quantities.values())
    terms = terms_of(cart, now=now)
    before, found = offered_lines(cart, terms, quantities.keys())
    by_sku = require_for_sale(requested, found)
    kept = [line for line in before if line.offer.sku in quantities]
    after = with_quantities(kept, {by_sku[sku]: units for sku, units in quantities.items()})
    return write_lines(cart, before=before, after=after, terms=terms)


CHANGE_ITEM_ERRORS = (CartNotFound, ItemNotFound, CartNotOpen, CartFull)


@use_case
def change_item(
    *,
    caller: Caller,
    cart_id: UUID,
    item_id: UUID,
    quantity: int,
    expected_versions: AbstractSet[int] | None = None,
    now: datetime,
) -> CartView:
    """Set the units of a line; 0 removes it.

    Raises `CHANGE_ITEM_ERRORS` and `VersionMismatch`.
    """
    cart = locked_cart(caller=caller, cart_id=cart_id, expected_versions=expected_versions, now=now)
    terms = terms_of(cart, now=now)
    before, _ = offered_lines(cart, terms)
    line = next((line for line in before if line.id == item_id), None)
    if line is None:
        raise ItemNotFound
    if quantity == 0:
        after = [other for other in before if other is not line]
    else:
        after = with_quantities(before, {line.offer: quantity})
    return write_lines(cart, before=before, after=after, terms=terms)


REMOVE_ITEM_ERRORS = (CartNotFound, ItemNotFound, CartNotOpen)


def remove_item(
    *,
    caller: Caller,
    cart_id: UUID,
    item_id: UUID,
    expected_versions: AbstractSet[int] | None = None,
    now: datetime,
) -> CartView:
    """Remove a line. Raises `REMOVE_ITEM_ERRORS` and `VersionMismatch`."""
    return change_item(
        caller=caller,
        cart_id=cart_id,
        item_id=item_id,
        quantity=0,
        expected_versions=expected_versions,
        now=now,
    )

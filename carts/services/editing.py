"""Making a cart and changing its lines."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from accounts.services import lock_active_account_shared
from carts.domain import (
    CartView,
    ItemNotFound,
    ItemRequest,
    Line,
    require_cart_limits,
    require_for_sale,
    summed,
)
from carts.models import Cart
from carts.selectors import assembled, lines_of, offers_for
from carts.services.writing import locked_cart, save_lines, with_quantities, write_lines
from core.caller import Caller
from core.db.transactions import transaction_required, use_case
from core.ids import hash_secret, new_secret


@dataclass(frozen=True, slots=True)
class NewCart:
    """A cart just made; `token` is the guest's secret, known only now, None for a customer."""

    view: CartView
    token: str | None


@use_case
def create_cart(
    *, caller: Caller, currency: str | None, requested: Sequence[ItemRequest], now: datetime
) -> NewCart:
    """A new cart for a customer, or for a guest who gets its token.

    Raises `UnknownSku`, `CurrencyMismatch` or `CartFull`, and `Unauthenticated` when the
    caller's account was closed.
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
    quantities = summed(requested)
    require_cart_limits(quantities.values())
    found = offers_for(cart, [], quantities) if quantities else []
    by_sku = require_for_sale(requested, found)
    units = {by_sku[sku].variant_id: quantity for sku, quantity in quantities.items()}
    lines = with_quantities([], units, {offer.variant_id: offer for offer in found})
    cart.save(force_insert=True)
    save_lines(cart, lines)
    return NewCart(assembled(cart, lines, found, now=now), token)


@use_case
def add_item(
    *,
    caller: Caller,
    cart_id: UUID,
    item: ItemRequest,
    expected: AbstractSet[int] | None = None,
    now: datetime,
) -> CartView:
    """Adds units to the SKU's line, or a line; concurrent adds all count.

    Raises `CartNotFound`, `CartNotOpen`, `VersionMismatch`, `UnknownSku`,
    `CurrencyMismatch` or `CartFull`.
    """
    cart = locked_cart(caller=caller, cart_id=cart_id, expected=expected, now=now)
    before = lines_of(cart)
    found = offers_for(cart, before, [item.sku])
    offer = require_for_sale([item], found)[item.sku]
    held = sum(line.quantity for line in before if line.variant_id == offer.variant_id)
    after = with_quantities(
        before, {offer.variant_id: held + item.quantity}, {item.variant_id: item for item in found}
    )
    return write_lines(cart, before=before, after=after, offers=found, now=now)


@use_case
def replace_items(
    *,
    caller: Caller,
    cart_id: UUID,
    requested: Sequence[ItemRequest],
    expected: AbstractSet[int] | None = None,
    now: datetime,
) -> CartView:
    """The cart holds exactly `requested` afterwards; lines of the same SKU keep their id.

    Raises what `add_item` raises.
    """
    cart = locked_cart(caller=caller, cart_id=cart_id, expected=expected, now=now)
    before = lines_of(cart)
    quantities = summed(requested)
    require_cart_limits(quantities.values())
    found = offers_for(cart, before, quantities)
    by_sku = require_for_sale(requested, found)
    units = {by_sku[sku].variant_id: quantity for sku, quantity in quantities.items()}
    kept = [line for line in before if line.variant_id in units]
    after = with_quantities(kept, units, {offer.variant_id: offer for offer in found})
    return write_lines(cart, before=before, after=after, offers=found, now=now)


@use_case
def change_item(
    *,
    caller: Caller,
    cart_id: UUID,
    item_id: UUID,
    quantity: int,
    expected: AbstractSet[int] | None = None,
    now: datetime,
) -> CartView:
    """Sets a line's units; 0 removes it.

    Raises `ItemNotFound` beside what `add_item` raises.
    """
    cart = locked_cart(caller=caller, cart_id=cart_id, expected=expected, now=now)
    before = lines_of(cart)
    line = _line_named(before, item_id)
    found = offers_for(cart, before)
    if quantity == 0:
        after = [other for other in before if other.id != item_id]
    else:
        after = with_quantities(
            before, {line.variant_id: quantity}, {offer.variant_id: offer for offer in found}
        )
    return write_lines(cart, before=before, after=after, offers=found, now=now)


def remove_item(
    *,
    caller: Caller,
    cart_id: UUID,
    item_id: UUID,
    expected: AbstractSet[int] | None = None,
    now: datetime,
) -> CartView:
    """Removes a line. Raises what `change_item` raises."""
    return change_item(
        caller=caller, cart_id=cart_id, item_id=item_id, quantity=0, expected=expected, now=now
    )


def _line_named(lines: Sequence[Line], item_id: UUID) -> Line:
    for line in lines:
        if line.id == item_id:
            return line
    raise ItemNotFound

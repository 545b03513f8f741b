"""The lines that a checkout is to have instead of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from carts.domain import (
    CartFull,
    CurrencyMismatch,
    UnknownSku,
    require_cart_limits,
    require_for_sale,
)
from catalog.domain import Offer
from catalog.selectors import offers
from checkout.models import Checkout, CheckoutLine
from checkout.selectors import lines_of
from core.db.transactions import transaction_required
from core.items import ItemRequest, units_by_sku
from inventory.domain import InsufficientStock
from inventory.services import reserve
from pricing.domain import Terms

REPLACE_LINES_ERRORS = (UnknownSku, CurrencyMismatch, CartFull, InsufficientStock)


@transaction_required
def hold_units(
    checkout: Checkout,
    lines: Sequence[CheckoutLine],
    *,
    instead_of: Collection[UUID],
    now: datetime,
) -> None:
    """Hold all units of the lines, those that the checkouts `instead_of` held among them.

    Raises `InsufficientStock`.
    """
    reserve(
        checkout_id=checkout.id,
        demand={line.variant_id: line.quantity for line in lines},
        instead_of=instead_of,
        expires_at=checkout.reservation_expires_at,
        now=now,
    )


# No version of a cart: the order takes what it buys out of the cart, and leaves the rest.
_OTHER_LINES = 0


@transaction_required
def requested_lines(
    checkout: Checkout, requested: Sequence[ItemRequest], terms: Terms
) -> tuple[list[CheckoutLine], list[Offer]]:
    """Return what is requested as lines of a locked checkout, and their offers.

    They are not priced yet, nor are their units held. A variant that stays keeps its line, and
    costs what so many units cost when the line was made; another has the price of this moment.
    Raises `REPLACE_LINES_ERRORS`.
    """
    units = units_by_sku(requested)
    require_cart_limits(units.values())
    found = offers(currency=checkout.currency, skus=units.keys(), terms=terms)
    by_sku = require_for_sale(requested, found)
    before = {line.variant_id: line for line in lines_of(checkout)}
    lines = []
    for position, (sku, quantity) in enumerate(units.items()):
        offer = by_sku[sku]
        line = before.get(offer.variant_id) or CheckoutLine(
            checkout=checkout,
            price_breaks=frozen_breaks(offer),
            unit_price=offer.price_for(quantity) or 0,  # without one it was refused
            **offer.line_columns(),
        )
        line.position, line.quantity = position, quantity
        line.unit_price = frozen_price(line.price_breaks, quantity, or_else=line.unit_price)
        lines.append(line)
    checkout.cart_version = _OTHER_LINES
    return lines, found


def frozen_breaks(offer: Offer) -> list[list[int]]:
    """Return what a unit costs from each number of units on; empty where that is always the same.

    Without a price for few units, those cost what the least that have one do.
    """
    if not offer.breaks:
        return []
    prices = ((1, offer.unit_price), *offer.breaks)
    return [[units, price] for units, price in prices if price is not None]


def frozen_price(breaks: Sequence[Sequence[int]], quantity: int, *, or_else: int) -> int:
    """Return what each of so many units costs by `frozen_breaks`, `or_else` without any."""
    if not breaks:
        return or_else
    reached = [price for units, price in breaks if units <= quantity]
    return reached[-1] if reached else breaks[0][1]

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
    checkout: Checkout, requested: Sequence[ItemRequest]
) -> tuple[list[CheckoutLine], list[Offer]]:
    """Return what is requested as lines of a locked checkout, and their offers.

    They are not priced yet, nor are their units held. A variant that stays keeps its frozen
    price and line; another has the price of this moment. Raises `REPLACE_LINES_ERRORS`.
    """
    units = units_by_sku(requested)
    require_cart_limits(units.values())
    found = offers(currency=checkout.currency, skus=units.keys())
    by_sku = require_for_sale(requested, found)
    before = {line.variant_id: line for line in lines_of(checkout)}
    lines = []
    for position, (sku, quantity) in enumerate(units.items()):
        offer = by_sku[sku]
        line = before.get(offer.variant_id) or CheckoutLine(
            checkout=checkout,
            variant_id=offer.variant_id,
            sku=offer.sku,
            title=offer.title,
            unit_price=offer.unit_price or 0,  # without one it was refused
        )
        line.position, line.quantity = position, quantity
        lines.append(line)
    checkout.cart_version = _OTHER_LINES
    return lines, found

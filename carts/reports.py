"""What a basket would cost that nobody has filled, for those who set prices."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from carts.domain import (
    CartFull,
    CurrencyMismatch,
    UnknownSku,
    require_cart_limits,
    require_for_sale,
)
from catalog.domain import Offer
from catalog.selectors import offers
from core.items import ItemRequest, units_by_sku
from pricing.domain import Basket, Buyer, Destination, EnteredCode, Quote, ShippingChoice, price
from pricing.selectors import pricing_rules

PRICE_PREVIEW_ERRORS = (UnknownSku, CurrencyMismatch, CartFull)


@dataclass(frozen=True, slots=True)
class PricePreview:
    """The price of a basket at a moment; `offers` are those of its lines, in their order."""

    basket: Basket
    offers: Sequence[Offer]
    at: datetime
    quote: Quote


def price_preview(
    *,
    requested: Sequence[ItemRequest],
    currency: str,
    codes: Collection[str] = (),
    buyer: Buyer | None = None,
    destination: Destination | None = None,
    shipping: ShippingChoice | None = None,
    at: datetime,
) -> PricePreview:
    """Price items as a checkout at `at` would; store nothing, hold nothing.

    Two statements, whatever their number. Raises `PRICE_PREVIEW_ERRORS`.
    """
    units = units_by_sku(requested)
    require_cart_limits(units.values())
    by_sku = require_for_sale(requested, offers(currency=currency, skus=units.keys()))
    found = [by_sku[sku] for sku in units]
    basket = Basket(
        currency,
        tuple(
            offer.item(units[offer.sku], offer.unit_price or 0)  # without one it was refused
            for offer in found
        ),
        codes=tuple(map(EnteredCode, codes)),
        buyer=buyer or Buyer(),
        destination=destination,
        shipping=shipping,
    )
    return PricePreview(basket, found, at, price(basket, pricing_rules(), now=at))

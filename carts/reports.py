"""What a basket would cost that nobody has filled, for those who set prices."""

from __future__ import annotations

from collections.abc import Sequence
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
from catalog.selectors import offers, priced_items
from core.items import ItemRequest, units_by_sku
from pricing.domain import Basket, Buyer, Destination, Quote, ShippingChoice, price
from pricing.selectors import terms_for

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
    codes: Sequence[str] = (),
    buyer: Buyer | None = None,
    destination: Destination | None = None,
    shipping: ShippingChoice | None = None,
    at: datetime | None = None,
    now: datetime,
) -> PricePreview:
    """Price items as a checkout would `now`, or at another moment; store nothing, hold nothing.

    At most seven statements, whatever their number. How often a promotion has been used does not
    matter: what would hold for a buyer who may use it is shown. Raises `PRICE_PREVIEW_ERRORS`.
    """
    units = units_by_sku(requested)
    require_cart_limits(units.values())
    buyer, moment = buyer or Buyer(), at or now
    terms = terms_for(
        customer_id=None, groups=buyer.groups, currency=currency, codes=codes, now=moment
    )
    found = offers(currency=currency, skus=units.keys(), terms=terms, as_of=at)
    by_sku = require_for_sale(requested, found)
    priced = [
        (offer, count, offer.price_for(count) or 0)  # without one it was refused
        for offer, count in ((by_sku[sku], count) for sku, count in units.items())
    ]
    basket = Basket(
        currency,
        priced_items(priced, terms.rules),
        codes=terms.entered,
        buyer=buyer,
        destination=destination,
        shipping=shipping,
    )
    in_order = [offer for offer, _, _ in priced]
    return PricePreview(basket, in_order, moment, price(basket, terms.rules, now=moment))

"""What it costs: one pure function prices carts, checkouts, edits of orders and refunds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from pricing.domain.basket import Basket
from pricing.domain.discounts import discounts_of
from pricing.domain.ledger import Entry, Kind, Quote, quote_of
from pricing.domain.price_lists import PriceList
from pricing.domain.promotions import Promotion
from pricing.domain.taxes import TaxRules, tax_entries


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything about the shop that a price depends on; `version` tells one state from another."""

    tax: TaxRules = field(default_factory=TaxRules)
    promotions: Sequence[Promotion] = ()
    price_lists: Sequence[PriceList] = ()
    version: UUID | None = None

    def with_tax(self, *, included: bool) -> Rules:
        """Return these rules for prices that include their tax, or do not."""
        return replace(self, tax=replace(self.tax, included=included))

    @property
    def mention_groups(self) -> bool:
        """Whether it makes a difference in which groups of customers a buyer is."""
        return any(each.customer_group for each in self.price_lists) or any(
            each.conditions.customer_groups for each in self.promotions
        )


def price(basket: Basket, rules: Rules, *, now: datetime) -> Quote:
    """Price a basket at `now`; the parts are the whole, and nothing is below zero.

    Discounts come off list prices, tax is computed on what is left, shipping included. What the
    result holds does not depend on the order of the items, only the order of its lines does:
    who gets a unit that cannot be split is decided by SKU.
    """
    given = [item.sku for item in basket.items]
    basket = replace(basket, items=tuple(sorted(basket.items, key=lambda item: item.sku)))
    entries = [
        Entry(Kind.PRICE, item.sku, item.subtotal, "unit_price", base=item.unit_price)
        for item in basket.items
    ]
    if choice := basket.shipping:
        entries.append(Entry(Kind.SHIPPING, None, choice.price, choice.code, choice.title))
    charged, explanation = discounts_of(basket, rules.promotions, now=now)
    for applied in explanation.applied:
        entries += applied.entries
    entries += tax_entries(charged, basket, rules.tax, now=now)
    return quote_of(entries, skus=given, tax_included=rules.tax.included, explanation=explanation)

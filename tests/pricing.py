"""Baskets and promotions as tests like to write them: lines of (unit price, quantity), in pence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from core.money import Money
from pricing.domain import (
    Basket,
    DatedRate,
    EnteredCode,
    Item,
    Promotion,
    Quote,
    Rules,
    ShippingChoice,
    TaxRate,
    TaxRounding,
    TaxRules,
    price,
)
from pricing.domain.promotions import Action, Conditions

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


def taxed(
    rate: Decimal, included: bool = False, rounding: TaxRounding = TaxRounding.ORDER
) -> TaxRules:
    """Tax everything at one rate."""
    return TaxRules(TaxRate(rate, "VAT"), included, rounding)


def basket_of(lines: Sequence[tuple[int, int]], *, shipping: int | None = None) -> Basket:
    """Make a basket whose SKUs are in the order of `lines`."""
    items = tuple(
        Item(f"SKU-{number:04}", unit_price, quantity)
        for number, (unit_price, quantity) in enumerate(lines)
    )
    choice = None if shipping is None else ShippingChoice("standard", "Standard", shipping)
    return Basket("GBP", items, shipping=choice)


def quote(
    lines: Sequence[tuple[int, int]], *, shipping: int | None = None, tax: TaxRules | None = None
) -> Quote:
    """Price lines under a tax and nothing else."""
    return price(basket_of(lines, shipping=shipping), Rules(tax=tax or TaxRules()), now=NOW)


def dated(
    place: str,
    rate: str,
    *,
    tax_class: str = "standard",
    title: str = "VAT",
    since: date = date(2000, 1, 1),
    until: date | None = None,
    added: bool = False,
) -> DatedRate:
    """Make a rate of a place such as CA or CA-QC, in force since the year 2000."""
    country, _, region = place.partition("-")
    applied = TaxRate(Decimal(rate), title, f"table:{place}:{tax_class}")
    return DatedRate(country, region, tax_class, applied, since, until, added)


def gbp(amount: int) -> Money:
    return Money(amount, "GBP")


def promotion(action: Action, name: str = "1", **fields: object) -> Promotion:
    """Make an automatic promotion; keywords that `Conditions` has are conditions."""
    conditions = {key: fields.pop(key) for key in Conditions.__slots__ if key in fields}
    return Promotion(name, f"Promotion {name}", action, Conditions(**conditions), **fields)


def by_code(action: Action, name: str = "1", **fields: object) -> Promotion:
    return promotion(action, name, automatic=False, **fields)


def with_codes(basket: Basket, codes: Mapping[str, str | None]) -> Basket:
    """Enter codes: each with the id of its promotion."""
    entered = tuple(EnteredCode(code, promotion_id) for code, promotion_id in codes.items())
    return replace(basket, codes=entered)


def discounted(
    lines: Sequence[tuple[int, int]] | Basket,
    *promotions: Promotion,
    codes: Mapping[str, str | None] | None = None,
    shipping: int | None = None,
    now: datetime = NOW,
) -> Quote:
    """Price a basket, or lines of (unit price, quantity), under promotions and no tax."""
    basket = lines if isinstance(lines, Basket) else basket_of(lines, shipping=shipping)
    if codes is not None:
        basket = with_codes(basket, codes)
    return price(basket, Rules(promotions=promotions), now=now)


def off(quote: Quote) -> list[int]:
    """The discount of each line."""
    return [line.discount for line in quote.lines]


def off_shipping(quote: Quote) -> int:
    return sum(applied for sku, applied in allocations(quote) if sku is None)


def allocations(quote: Quote) -> list[tuple[str | None, int]]:
    return [part for applied in quote.explanation.applied for part in applied.allocations]


def reasons(quote: Quote) -> dict[str, str]:
    """Why each code was rejected."""
    return {rejected.code: rejected.reason.value for rejected in quote.explanation.rejected}

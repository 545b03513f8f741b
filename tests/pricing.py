"""Baskets as tests like to write them: lines of (unit price in minor units, quantity)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from pricing.domain import (
    Basket,
    DatedRate,
    Item,
    Quote,
    Rules,
    ShippingChoice,
    TaxRate,
    TaxRounding,
    TaxRules,
    price,
)

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

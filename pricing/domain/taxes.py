"""Tax on what is charged, or in it, rounded half up at one declared point."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import floor

from core.money import split
from pricing.domain.basket import STANDARD_TAX_CLASS, Basket
from pricing.domain.ledger import Entry, Kind


class TaxRounding(StrEnum):
    """Where tax is rounded to whole minor units."""

    ORDER = "order"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A rate that holds where and when a basket is taxed: 0.2 is twenty percent."""

    rate: Decimal
    title: str = ""
    source: str = ""

    def of(self, amount: int, *, included: bool) -> int:
        """Return the tax on, or in, an amount of minor units; halves are rounded up.

        The tax in a gross amount is its VAT fraction, rate ÷ (1 + rate): a sixth at 20 %
        (HMRC, VAT guide, Notice 700).
        """
        rate = Fraction(self.rate)
        return floor(amount * (rate / (1 + rate) if included else rate) + Fraction(1, 2))


@dataclass(frozen=True, slots=True)
class TaxRules:
    """How the shop taxes: `flat` is the one rate of a shop without a table of rates."""

    flat: TaxRate = TaxRate(Decimal(0))
    included: bool = False
    rounding: TaxRounding = TaxRounding.ORDER


def rate_for(rules: TaxRules, basket: Basket, tax_class: str, *, now: datetime) -> TaxRate:
    """Return the rate of a tax class where the basket goes, at `now`."""
    return rules.flat


def tax_entries(
    amounts: Mapping[str | None, int], basket: Basket, rules: TaxRules, *, now: datetime
) -> list[Entry]:
    """Return the tax of each line and, under None, of shipping, by what is charged for it.

    Rounded on the whole, each rate's tax is rounded once and its parts go to the lines by
    largest remainder. Shipping bears the standard rate.
    """
    classes = {item.sku: item.tax_class for item in basket.items}
    by_rate: defaultdict[TaxRate, list[str | None]] = defaultdict(list)
    for sku in amounts:
        tax_class = STANDARD_TAX_CLASS if sku is None else classes[sku]
        by_rate[rate_for(rules, basket, tax_class, now=now)].append(sku)
    return [
        Entry(Kind.TAX, sku, part, rate.source, rate.title, rate=rate.rate, base=amounts[sku])
        for rate, skus in by_rate.items()
        for sku, part in zip(skus, _parts(rate, [amounts[sku] for sku in skus], rules), strict=True)
        if rate.rate
    ]


def _parts(rate: TaxRate, amounts: Sequence[int], rules: TaxRules) -> list[int]:
    if rules.rounding is TaxRounding.LINE:
        return [rate.of(amount, included=rules.included) for amount in amounts]
    return split(rate.of(sum(amounts), included=rules.included), amounts)

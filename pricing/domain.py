"""What it costs: one pure function prices carts, checkouts and orders.

Tax is computed on what is charged after discounts, shipping included, and rounded half up at one
declared point: once on the whole, or on each line and the shipping. Rounded on the whole, lines
and shipping get their parts of it by largest remainder. So the parts always add up to the total
that is charged, whichever way it is rounded and whether or not prices include it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import floor

from core.money import split


class TaxRounding(StrEnum):
    """Where tax is rounded to whole minor units."""

    ORDER = "order"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class TaxTerms:
    """How prices are taxed: `rate` 0.2 is twenty percent, `included` says that prices hold it."""

    rate: Decimal = Decimal(0)
    included: bool = False
    rounding: TaxRounding = TaxRounding.ORDER

    def of(self, amount: int) -> int:
        """Return the tax on, or in, an amount of minor units; halves are rounded up.

        The tax in a gross amount is its VAT fraction, rate ÷ (1 + rate): a sixth at 20 %
        (HMRC, VAT guide, Notice 700).
        """
        rate = Fraction(self.rate)
        return floor(amount * (rate / (1 + rate) if self.included else rate) + Fraction(1, 2))


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line's amounts in minor units; `total` is after discount, in the terms of its price."""

    subtotal: int
    discount: int
    tax: int

    @property
    def total(self) -> int:
        """What its units cost after discount."""
        return self.subtotal - self.discount


@dataclass(frozen=True, slots=True)
class Totals:
    """The five totals that a buyer sees, in minor units."""

    subtotal: int
    discount: int
    shipping: int
    tax: int
    tax_included: bool = False

    @property
    def total(self) -> int:
        """What is charged."""
        added = 0 if self.tax_included else self.tax
        return self.subtotal - self.discount + self.shipping + added


@dataclass(frozen=True, slots=True)
class Quote:
    """The price of everything: the totals and each line's part, in the order given."""

    totals: Totals
    lines: list[PricedLine]


def price(
    lines: Sequence[tuple[int, int]], *, shipping: int = 0, tax: TaxTerms = TaxTerms()
) -> Quote:
    """Price `lines` of (unit price in minor units, quantity).

    `shipping` is in minor units and taxed like the lines.
    """
    subtotals = [unit_price * quantity for unit_price, quantity in lines]
    taxed = [*subtotals, shipping]
    if tax.rounding is TaxRounding.ORDER:
        taxes = split(tax.of(sum(taxed)), taxed)
    else:
        taxes = [tax.of(amount) for amount in taxed]
    priced = [PricedLine(sub, 0, part) for sub, part in zip(subtotals, taxes, strict=False)]
    return Quote(Totals(sum(subtotals), 0, shipping, sum(taxes), tax.included), priced)

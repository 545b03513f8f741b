"""What it costs: one pure function prices carts, checkouts and orders.

Prices are net of tax. Tax is computed once, on the sum of what is taxed, and
rounded half up there and nowhere else; lines and shipping get their parts of it
by largest remainder, so the parts always add up to the total that is charged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.money import share, split


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line's amounts in minor units; `total` is after discount and before tax."""

    subtotal: int
    discount: int
    tax: int

    @property
    def total(self) -> int:
        """What the line adds to the order before tax."""
        return self.subtotal - self.discount


@dataclass(frozen=True, slots=True)
class Totals:
    """The five totals that a buyer sees, in minor units."""

    subtotal: int
    discount: int
    shipping: int
    tax: int

    @property
    def total(self) -> int:
        """What is charged."""
        return self.subtotal - self.discount + self.shipping + self.tax


@dataclass(frozen=True, slots=True)
class Quote:
    """The price of everything: the totals and each line's part, in the order given."""

    totals: Totals
    lines: list[PricedLine]


def price(
    lines: Sequence[tuple[int, int]], *, shipping: int = 0, tax_rate: Decimal = Decimal(0)
) -> Quote:
    """Prices `lines` of (unit price in minor units, quantity).

    `shipping` is in minor units and taxed like the lines; `tax_rate` 0.2 is twenty per cent.
    """
    subtotals = [unit_price * quantity for unit_price, quantity in lines]
    subtotal = sum(subtotals)
    tax = share(subtotal + shipping, tax_rate)
    *line_taxes, _shipping_tax = split(tax, [*subtotals, shipping])
    priced = [PricedLine(sub, 0, part) for sub, part in zip(subtotals, line_taxes, strict=True)]
    return Quote(Totals(subtotal, 0, shipping, tax), priced)

"""Which rates of tax hold: by place, tax class and day, the most specific first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pricing.domain.basket import STANDARD_TAX_CLASS

# Classes that are not taxed unless a rate says otherwise. Zero-rated goods are taxable at 0 %,
# exempt ones are outside the tax: an invoice says which (Directive 2006/112/EC, art. 226).
UNTAXED_CLASSES = {"zero": "Zero-rated", "exempt": "Exempt"}


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
        above, below = self.rate.as_integer_ratio()
        if included:
            below += above
        return (2 * amount * above + below) // (2 * below)


@dataclass(frozen=True, slots=True)
class DatedRate:
    """A rate for a tax class in a country, or a region of it, on `valid_from` to `valid_to`.

    Both days are included, as laws put it; without the second it holds until it is changed. One
    that is `added` is charged beside the country's or region's own, as Quebec's tax is beside
    Canada's; others stand in place of less specific ones.
    """

    country: str
    region: str
    tax_class: str
    rate: TaxRate
    valid_from: date
    valid_to: date | None = None
    added: bool = False

    def holds_on(self, day: date) -> bool:
        """Tell whether it is in force on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


# By country and region, the latter empty for the rates of the whole country.
TaxTable = Mapping[tuple[str, str], Sequence[DatedRate]]


def tax_table(rates: Iterable[DatedRate]) -> TaxTable:
    """Return the rates by their place."""
    table: dict[tuple[str, str], list[DatedRate]] = {}
    for rate in rates:
        table.setdefault((rate.country, rate.region), []).append(rate)
    return table


def rates_at(
    table: TaxTable, country: str, region: str, tax_class: str, *, day: date
) -> tuple[TaxRate, ...]:
    """Return the rates of a tax class in a place on a day: its own first, then those added.

    The place's own is the first there is of: region and class, country and class, region and
    standard, country and standard. Added ones are those of the class where the place knows it,
    else the standard ones. A country without any rate does not tax; its entry says so.
    """
    local = [rate for rate in table.get((country, region), ()) if rate.holds_on(day)]
    wide = [rate for rate in table.get((country, ""), ()) if rate.holds_on(day)] if region else []
    levels = [
        [rate for rate in level if rate.tax_class == wanted]
        for wanted in dict.fromkeys((tax_class, STANDARD_TAX_CLASS))
        for level in (local, wide)
    ]
    found = [*levels[0], *levels[1]]
    if not found and tax_class in UNTAXED_CLASSES:
        return (untaxed(tax_class),)
    own = next((rate for level in levels for rate in level if not rate.added), None)
    known = found or [rate for level in levels for rate in level]
    rates = [*([own] if own else []), *(rate for rate in known if rate.added)]
    return tuple(rate.rate for rate in rates) or (
        TaxRate(Decimal(0), "Not taxed", f"no_rate:{country}"),
    )


def untaxed(tax_class: str) -> TaxRate:
    """Return the rate of a class that is not taxed, which says why."""
    return TaxRate(Decimal(0), UNTAXED_CLASSES[tax_class], f"class:{tax_class}")

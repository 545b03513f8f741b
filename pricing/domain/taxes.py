"""Tax on what is charged, or in it, rounded half up at one declared point."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from math import lcm
from operator import attrgetter
from typing import NamedTuple

from core.money import split
from pricing.domain.basket import STANDARD_TAX_CLASS, Basket, Destination
from pricing.domain.ledger import Entry, Kind
from pricing.domain.tax_rates import UNTAXED_CLASSES, TaxRate, TaxTable, rates_at, untaxed
from pricing.domain.vat import is_one_tax_area, is_reverse_charged

REVERSE_CHARGE = "reverse_charge"
_NO_TAX = TaxRate(Decimal(0))
_HERE = Destination("GB")


class TaxRounding(StrEnum):
    """Where tax is rounded to whole minor units."""

    ORDER = "order"
    LINE = "line"


class TaxBasis(StrEnum):
    """Whose rates hold: where the goods go, or where they come from."""

    DESTINATION = "destination"
    ORIGIN = "origin"


class ShippingTax(StrEnum):
    """How shipping is taxed.

    `items`: in proportion to the goods. What the seller charges for transport is a part of the
    price of what is sold (Directive 2006/112/EC, art. 78 b) and shares its rate (HMRC, Postage
    and delivery charges, Notice 700/24). `standard` and `none` are for places that do otherwise.
    """

    STANDARD = "standard"
    ITEMS = "items"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class TaxRules:
    """How the shop taxes: `flat` is the one rate of a shop whose `table` of rates is empty.

    `provided` are the rates by class that a tax service gave for where the basket goes. They
    stand in place of the table's; classes that are untaxed anyway it is not asked about.
    """

    flat: TaxRate = _NO_TAX
    included: bool = False
    rounding: TaxRounding = TaxRounding.ORDER
    table: TaxTable = field(default_factory=dict)
    basis: TaxBasis = TaxBasis.DESTINATION
    origin: Destination = _HERE
    shipping: ShippingTax = ShippingTax.STANDARD
    provided: Mapping[str, tuple[TaxRate, ...]] | None = None


class _Taxed(NamedTuple):
    """An amount of a line, or of shipping, and the rates that it bears."""

    sku: str | None
    amount: int
    rates: tuple[TaxRate, ...]


def rates_for(
    rules: TaxRules, basket: Basket, tax_class: str, *, now: datetime
) -> tuple[TaxRate, ...]:
    """Return the rates of a tax class where the basket goes, on the day in UTC of `now`.

    While that is not known they are those of the shop's own place, with a source that says
    `estimate`. The basis `origin` holds within the origin's country and, from a member state of
    the EU, within the EU; what is exported is taxed where it goes (Directive 2006/112/EC,
    art. 33 and 59c).
    """
    provided = rules.provided if basket.destination else None
    if tax_class in UNTAXED_CLASSES and (provided is not None or not rules.table):
        return (untaxed(tax_class),)
    if provided is not None:
        return provided.get(tax_class, provided.get(STANDARD_TAX_CLASS, ()))
    if not rules.table:
        return (rules.flat,)
    to = basket.destination or rules.origin
    if rules.basis is TaxBasis.ORIGIN and is_one_tax_area(rules.origin, to):
        to = rules.origin
    day = now.astimezone(UTC).date()
    rates = rates_at(rules.table, to.country, to.region, tax_class, day=day)
    if basket.destination is not None:
        return rates
    return tuple(
        replace(rate, source=f"estimate:{rate.source.partition(':')[2]}") for rate in rates
    )


def tax_entries(
    amounts: Mapping[str | None, int], basket: Basket, rules: TaxRules, *, now: datetime
) -> list[Entry]:
    """Return the tax of each line and, under None, of shipping, by what is charged for it.

    Rounded on the whole, each rate's tax is rounded once and its parts go to the lines by
    largest remainder. A rate of 0 has an entry if it has a title, which says why nothing is due.
    """
    if is_reverse_charged(basket.buyer, rules.origin, basket.destination):
        return _reverse_charge(amounts, basket, rules, now=now)
    return [*_entries(_taxed(amounts, basket, rules, now=now), rules)]


def _taxed(
    amounts: Mapping[str | None, int], basket: Basket, rules: TaxRules, *, now: datetime
) -> list[_Taxed]:
    classes = {STANDARD_TAX_CLASS, *(item.tax_class for item in basket.items)}
    rates = {name: rates_for(rules, basket, name, now=now) for name in classes}
    goods = [_Taxed(item.sku, amounts[item.sku], rates[item.tax_class]) for item in basket.items]
    charge = amounts.get(None)
    if charge is None or rules.shipping is ShippingTax.NONE:
        return goods
    shares: defaultdict[tuple[TaxRate, ...], int] = defaultdict(int)
    if rules.shipping is ShippingTax.ITEMS:
        shipped = {item.sku for item in basket.items if item.ships}
        for line in goods:
            shares[line.rates] += line.amount if line.sku in shipped else 0
    if not any(shares.values()):
        return [*goods, _Taxed(None, charge, rates[STANDARD_TAX_CLASS])]
    parts = split(charge, [*shares.values()])
    return goods + [
        _Taxed(None, part, borne) for borne, part in zip(shares, parts, strict=True) if part
    ]


def _entries(taxed: Sequence[_Taxed], rules: TaxRules) -> Iterator[Entry]:
    """Yield the entries of what is rounded together.

    Rates on a price are each rounded on their own. Those in a price share its fraction, so that
    all that bear the same ones are rounded together.
    """
    by_line = rules.rounding is TaxRounding.LINE
    for together in [[one] for one in taxed] if by_line else [taxed]:
        by_rates: defaultdict[tuple[TaxRate, ...], list[_Taxed]] = defaultdict(list)
        for rates, ones in groupby(together, attrgetter("rates")):
            alike = list(ones)
            for rounded in [rates] if rules.included else [(rate,) for rate in rates]:
                by_rates[rounded] += alike
        for rates, alike in by_rates.items():
            yield from _rounded(alike, rates, rules)


def _rounded(ones: Sequence[_Taxed], rates: Sequence[TaxRate], rules: TaxRules) -> Iterator[Entry]:
    """Round the tax of amounts that bear the same rates, and split it by rate and by amount.

    What an amount has left of its part bounds what each rate takes of it, so that no tax in a
    price is ever more than the price.
    """
    ratios = [rate.rate.as_integer_ratio() for rate in rates]
    scale = lcm(*(below for _, below in ratios))
    whole = TaxRate(sum((rate.rate for rate in rates), Decimal(0)))
    tax = whole.of(sum(one.amount for one in ones), included=rules.included)
    left = split(tax, [one.amount for one in ones])
    of_rates = split(tax, [above * (scale // below) for above, below in ratios])
    for rate, of_rate in zip(rates, of_rates, strict=True):
        parts = split(of_rate, left)
        left = [rest - part for rest, part in zip(left, parts, strict=True)]
        if rate.rate or rate.title:
            for one, part in zip(ones, parts, strict=True):
                base = one.amount
                yield Entry(Kind.TAX, one.sku, part, rate.source, rate.title, "", rate.rate, base)


def _reverse_charge(
    amounts: Mapping[str | None, int], basket: Basket, rules: TaxRules, *, now: datetime
) -> list[Entry]:
    """Charge no tax, and say so; where prices include it, the origin's is taken off them."""
    off: defaultdict[str | None, int] = defaultdict(int)
    if rules.included:
        at_home = replace(basket, destination=None)
        for entry in _entries(_taxed(amounts, at_home, rules, now=now), rules):
            off[entry.sku] += entry.amount
    discounts = [
        Entry(Kind.DISCOUNT, sku, amount, REVERSE_CHARGE, "Tax that the buyer accounts for")
        for sku, amount in off.items()
        if amount
    ]
    return discounts + [
        Entry(
            Kind.TAX,
            sku,
            0,
            REVERSE_CHARGE,
            "Reverse charge",
            rate=Decimal(0),
            base=amount - off[sku],
        )
        for sku, amount in amounts.items()
    ]

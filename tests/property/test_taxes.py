"""Identities of taxes, whatever rates, classes and roundings a basket meets."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import floor

from hypothesis import example, given
from hypothesis import strategies as st

from pricing.domain import (
    Basket,
    Buyer,
    DatedRate,
    Destination,
    Item,
    Kind,
    Quote,
    Rules,
    ShippingChoice,
    ShippingTax,
    TaxRounding,
    TaxRules,
    price,
    tax_table,
)
from tests.pricing import NOW, dated

CLASSES = ("standard", "reduced", "zero", "press")
rates = st.decimals(0, 1, places=6).map(str)


@st.composite
def tables(draw: st.DrawFn) -> list[DatedRate]:
    """Rates of Canada and of Quebec, own and added ones, for some of the classes."""
    found = []
    for place in ("CA", "CA-QC"):
        known = draw(st.sets(st.sampled_from(CLASSES)))
        found += [dated(place, draw(rates), tax_class=name) for name in known]
        for title in draw(st.sets(st.sampled_from(["QST", "Levy", "Duty"]))):
            name = draw(st.sampled_from(CLASSES))
            found.append(dated(place, draw(rates), tax_class=name, title=title, added=True))
    return found


rules = st.builds(
    TaxRules,
    included=st.booleans(),
    rounding=st.sampled_from(TaxRounding),
    table=tables().map(tax_table),
    shipping=st.sampled_from(ShippingTax),
    origin=st.just(Destination("CA", "QC")),
)
items = st.lists(
    st.tuples(st.integers(0, 10**9) | st.integers(0, 5), st.sampled_from(CLASSES), st.booleans()),
    max_size=12,
).map(
    lambda goods: tuple(
        Item(f"SKU-{number:02}", amount, 1, tax_class=name, ships=ships)
        for number, (amount, name, ships) in enumerate(goods)
    )
)
shippings = st.none() | st.integers(0, 10**6).map(lambda cost: ShippingChoice("post", "Post", cost))
destinations = st.sampled_from(
    [None, Destination("CA", "QC"), Destination("CA"), Destination("US")]
)
baskets = st.builds(Basket, st.just("CAD"), items, destination=destinations, shipping=shippings)
# Three rates of 100 % share a price of a unit or two with nothing to spare.
CROWDED = tax_table([dated("CA-QC", "1", title=title, added=True) for title in ("A", "B", "C")])
PENNIES = tuple(Item(f"SKU-{number}", 1, 1) for number in range(4))


def priced(basket: Basket, tax: TaxRules) -> Quote:
    return price(basket, Rules(tax=tax), now=NOW)


@given(baskets, rules)
@example(
    Basket("CAD", PENNIES, destination=Destination("CA", "QC")),
    TaxRules(table=CROWDED, included=True, origin=Destination("CA", "QC")),
)
def test_taxes_add_up_and_none_in_a_price_is_more_than_the_price(
    basket: Basket, tax: TaxRules
) -> None:
    quote = priced(basket, tax)
    entries = [entry for entry in quote.entries if entry.kind is Kind.TAX]

    assert quote.totals.tax == sum(entry.amount for entry in entries)
    assert all(entry.amount >= 0 for entry in quote.entries)
    for line in quote.lines:
        assert line.tax == sum(entry.amount for entry in line.taxes)
        assert line.tax <= line.total or not tax.included
    if tax.included:
        shipping = sum(entry.amount for entry in quote.shipping_taxes)
        assert shipping <= quote.totals.shipping


@given(baskets, rules)
def test_the_order_of_lines_changes_no_tax(basket: Basket, tax: TaxRules) -> None:
    turned = replace(basket, items=basket.items[::-1])
    assert priced(turned, tax).lines[::-1] == priced(basket, tax).lines


@given(baskets, rules)
def test_on_a_price_each_rate_is_rounded_half_up_once(basket: Basket, tax: TaxRules) -> None:
    """Over the whole by order, and on each line and the shipping by line."""
    tax = replace(tax, included=False)
    bases: defaultdict[tuple[object, ...], int] = defaultdict(int)
    amounts: defaultdict[tuple[object, ...], int] = defaultdict(int)
    for number, entry in enumerate(priced(basket, tax).entries):
        if entry.kind is Kind.TAX:
            where = number if tax.rounding is TaxRounding.LINE else None
            key = (where, entry.rate, entry.title, entry.source)
            bases[key] += entry.base or 0
            amounts[key] += entry.amount

    for key, base in bases.items():
        assert amounts[key] == floor(Fraction(key[1]) * base + Fraction(1, 2))  # type: ignore[arg-type]


@given(baskets, rules)
def test_in_prices_the_whole_tax_is_the_gross_fraction_of_what_bears_it(
    basket: Basket, tax: TaxRules
) -> None:
    """By order, the lines that bear the same rates hold their fraction, rounded half up once."""
    tax = replace(tax, included=True, rounding=TaxRounding.ORDER, shipping=ShippingTax.NONE)
    quote = priced(basket, tax)
    gross: defaultdict[tuple[object, ...], int] = defaultdict(int)
    held: defaultdict[tuple[object, ...], int] = defaultdict(int)
    for line in quote.lines:
        key = tuple((entry.rate, entry.title, entry.source) for entry in line.taxes)
        gross[key] += line.total
        held[key] += line.tax

    for key, amount in gross.items():
        whole = sum((Fraction(rate) for rate, *_ in key), Fraction(0))  # type: ignore[misc, arg-type]
        assert held[key] == floor(amount * whole / (1 + whole) + Fraction(1, 2))


@given(items, shippings, st.booleans(), st.sampled_from(TaxRounding), rates, rates)
def test_a_reverse_charge_leaves_the_net_price(
    goods: tuple[Item, ...],
    shipping: ShippingChoice | None,
    included: bool,
    rounding: TaxRounding,
    standard: str,
    reduced: str,
) -> None:
    table = tax_table([dated("DE", standard), dated("DE", reduced, tax_class="reduced")])
    tax = TaxRules(included=included, rounding=rounding, table=table, origin=Destination("DE"))
    abroad = Basket("EUR", goods, destination=Destination("FR"), shipping=shipping)
    at_home = priced(replace(abroad, destination=Destination("DE")), tax)
    charged = priced(replace(abroad, buyer=Buyer(vat_number="FR40303265045")), tax)

    assert charged.totals.tax == 0
    net = at_home.totals.total - at_home.totals.tax
    assert charged.totals.total == net
    for line, taxed in zip(charged.lines, at_home.lines, strict=True):
        assert line.total == taxed.total - (taxed.tax if included else 0)
        assert line.discount == sum(entry.amount for entry in line.discounts)


def test_rates_of_six_decimals_are_exact() -> None:
    tax = TaxRules(table=tax_table([dated("US", "0.088751")]))
    basket = Basket("USD", (Item("A", 10**12, 1),), destination=Destination("US"))
    [entry] = priced(basket, tax).lines[0].taxes
    assert (entry.amount, entry.rate) == (88_751_000_000, Decimal("0.088751"))

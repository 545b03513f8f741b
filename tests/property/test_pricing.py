"""Identities of prices: whatever is bought, the parts are the whole and nothing is below zero."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor

from hypothesis import example, given
from hypothesis import strategies as st

from core.money import split
from pricing.domain import TaxRate, TaxRounding, TaxRules
from tests.pricing import quote, taxed

HUGE = 10**18
amounts = st.integers(0, HUGE)
weights = st.lists(st.integers(0, HUGE) | st.sampled_from([0, 1, 2, 3]), min_size=1, max_size=40)
rates = st.decimals(0, 1, places=5)
terms = st.builds(taxed, rates, st.booleans(), st.sampled_from(TaxRounding))
prices = st.integers(0, 10**12) | st.integers(0, 100)
baskets = st.lists(st.tuples(prices, st.integers(1, 9_999)), max_size=20)
shippings = st.integers(0, 10**12) | st.sampled_from([0, 1, 395])


def half_up(exact: Fraction) -> int:
    return floor(exact + Fraction(1, 2))


@given(amounts, weights)
@example(1, [0, 0])
@example(100, [1, 1, 1])
@example(HUGE, [HUGE] * 7)
def test_a_split_adds_up_to_what_was_split(amount: int, weights: list[int]) -> None:
    parts = split(amount, weights)

    assert sum(parts) == amount
    assert len(parts) == len(weights)
    assert min(parts) >= 0


@given(amounts, weights)
def test_each_part_is_less_than_one_unit_from_its_exact_share(
    amount: int, weights: list[int]
) -> None:
    total = sum(weights)
    if total == 0:
        return
    for part, weight in zip(split(amount, weights), weights, strict=True):
        assert abs(part - Fraction(amount * weight, total)) < 1
        assert weight or not part


@given(amounts, weights)
def test_who_weighs_more_gets_no_less_and_of_equals_the_first_gets_no_less(
    amount: int, weights: list[int]
) -> None:
    if not any(weights):
        assert split(amount, weights) == [amount] + [0] * (len(weights) - 1)
        return
    ranked = sorted(
        zip(weights, split(amount, weights), strict=True), key=lambda pair: -pair[0]
    )  # stable: equals stay in their order
    parts = [part for _, part in ranked]
    assert parts == sorted(parts, reverse=True)


def test_nothing_is_split_into_no_parts() -> None:
    assert split(5, []) == []


@given(amounts, rates)
@example(1, Decimal("0.5"))
@example(3, Decimal("0.5"))
@example(5, Decimal("0.1"))
@example(3, Decimal("0.2"))
def test_tax_is_a_share_of_the_price_or_in_it_rounded_half_up_once(
    amount: int, rate: Decimal
) -> None:
    exact = Fraction(rate)

    assert TaxRate(rate).of(amount, included=False) == half_up(amount * exact)
    assert TaxRate(rate).of(amount, included=True) == half_up(amount - amount / (1 + exact))


@given(baskets, shippings, terms)
@example([], 0, TaxRules())
@example([(0, 1)], 0, taxed(Decimal("0.2")))
@example([(1, 1), (1, 1), (1, 1)], 0, taxed(Decimal("0.2")))
def test_the_lines_and_shipping_are_all_that_is_charged(
    basket: list[tuple[int, int]], shipping: int, tax: TaxRules
) -> None:
    priced = quote(basket, shipping=shipping, tax=tax)
    totals = priced.totals

    assert totals.subtotal == sum(line.subtotal for line in priced.lines)
    assert totals.discount == sum(line.discount for line in priced.lines)
    shipping_tax = totals.tax - sum(line.tax for line in priced.lines)
    charged = sum(line.total for line in priced.lines) + shipping
    assert totals.total == charged + (0 if tax.included else totals.tax)
    assert min(shipping_tax, totals.total - totals.tax, totals.tax) >= 0
    assert [line.subtotal for line in priced.lines] == [unit * count for unit, count in basket]
    assert all(
        min(line.subtotal, line.discount, line.tax, line.total) >= 0 for line in priced.lines
    )


@given(baskets, shippings, terms)
def test_tax_is_rounded_at_the_declared_point_and_nowhere_else(
    basket: list[tuple[int, int]], shipping: int, tax: TaxRules
) -> None:
    priced = quote(basket, shipping=shipping, tax=tax)

    if tax.rounding is TaxRounding.LINE:
        assert [line.tax for line in priced.lines] == [
            tax.flat.of(line.total, included=tax.included) for line in priced.lines
        ]
        assert priced.totals.tax == sum(line.tax for line in priced.lines) + tax.flat.of(
            shipping, included=tax.included
        )
        return
    assert priced.totals.tax == tax.flat.of(
        priced.totals.subtotal + shipping, included=tax.included
    )
    rate = Fraction(tax.flat.rate)
    rate = rate / (1 + rate) if tax.included else rate
    for line in priced.lines:
        assert abs(line.tax - line.total * rate) < Fraction(3, 2)


@given(baskets, shippings, terms, st.randoms(use_true_random=False))
def test_the_order_of_the_lines_changes_no_total(
    basket: list[tuple[int, int]], shipping: int, tax: TaxRules, random
) -> None:
    shuffled = random.sample(basket, len(basket))

    totals = quote(basket, shipping=shipping, tax=tax).totals

    assert quote(shuffled, shipping=shipping, tax=tax).totals == totals


@given(prices, st.integers(1, 50), shippings, rates, st.booleans())
def test_rounded_on_the_whole_units_on_one_line_cost_what_they_cost_on_many(
    unit: int, units: int, shipping: int, rate: Decimal, included: bool
) -> None:
    tax = taxed(rate, included)
    together = quote([(unit, units)], shipping=shipping, tax=tax)
    apart = quote([(unit, 1)] * units, shipping=shipping, tax=tax)

    assert together.totals == apart.totals


@given(baskets, shippings)
def test_without_tax_there_is_none(basket: list[tuple[int, int]], shipping: int) -> None:
    priced = quote(basket, shipping=shipping)

    assert priced.totals.total == priced.totals.subtotal + shipping
    assert not any(line.tax for line in priced.lines)

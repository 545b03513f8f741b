"""Which prices a buyer gets, on plain values."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.domain import Offering, PriceList, offering, unit_prices

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SALE = PriceList(UUID(int=1), "sale", "GBP")
TRADE = PriceList(UUID(int=2), "trade", "GBP", customer_group="trade")
NET_TRADE = replace(TRADE, tax_included=False)


def offered(
    *lists: PriceList,
    groups: frozenset[str] = frozenset(),
    shop_includes_tax: bool = True,
    only: bool | None = None,
) -> Offering:
    return offering(
        lists,
        groups,
        currency="GBP",
        shop_includes_tax=shop_includes_tax,
        only=only,
        now=NOW,
    )


@pytest.mark.parametrize(
    ("change", "applies"),
    [
        ({}, True),
        ({"currency": "EUR"}, False),
        ({"customer_group": "trade"}, False),
        ({"starts_at": NOW}, True),
        ({"starts_at": NOW + HOUR}, False),
        ({"ends_at": NOW + HOUR}, True),
        ({"ends_at": NOW}, False),
    ],
)
def test_a_list_is_for_its_currency_group_and_time_whose_end_is_not_in_it(
    change: dict[str, object], applies: bool
) -> None:
    each = replace(SALE, **change)
    assert offered(each).lists == ((each,) if applies else ())


def test_a_group_gets_its_list_and_those_for_everyone() -> None:
    assert offered(SALE, TRADE, groups=frozenset({"trade", "press"})).lists == (SALE, TRADE)


def test_the_higher_priority_comes_first_and_then_the_code() -> None:
    low, high = replace(SALE, code="a", priority=-1), replace(SALE, code="z", priority=1)
    other = replace(SALE, code="b")
    assert offered(low, SALE, high, other).lists == (high, other, SALE, low)


def test_without_a_list_there_are_the_regular_prices() -> None:
    assert offered() == Offering((), True, True)


def test_a_list_with_another_tax_replaces_the_regular_prices_and_other_lists() -> None:
    trade = replace(NET_TRADE, priority=1)
    found = offered(SALE, trade, groups=frozenset({"trade"}))
    assert found == Offering((trade,), regular=False, tax_included=False)


def test_a_worse_list_with_another_tax_is_out() -> None:
    sale = replace(SALE, priority=1)
    found = offered(sale, NET_TRADE, groups=frozenset({"trade"}))
    assert found == Offering((sale,), regular=True, tax_included=True)


def test_a_purchase_that_has_begun_keeps_its_tax() -> None:
    trade = replace(NET_TRADE, priority=1)
    found = offered(SALE, trade, groups=frozenset({"trade"}), only=True)
    assert found == Offering((SALE,), regular=True, tax_included=True)
    assert offered(SALE, only=False) == Offering((), regular=False, tax_included=False)


@pytest.mark.parametrize(
    ("regular", "lists", "prices"),
    [
        (1000, [], {1: 1000}),
        (None, [], {1: None}),
        (1000, [{1: 800}], {1: 800}),
        (1000, [{10: 900, 100: 700}], {1: 1000, 10: 900, 100: 700}),
        (None, [{5: 900}], {1: None, 5: 900}),
        # The best list that has a price for so many units counts, even when another is cheaper.
        (1000, [{10: 950}, {1: 800}], {1: 800, 10: 950}),
        # A list that has ended its price is passed over.
        (1000, [{1: None}, {1: 800}], {1: 800}),
        (1000, [{1: None}], {1: 1000}),
        (1000, [{1: 900, 10: None}], {1: 900}),
        # What changes nothing is no break.
        (1000, [{1: 900, 10: 900, 20: 850}], {1: 900, 20: 850}),
        (1000, [{1: 0}], {1: 0}),
    ],
)
def test_what_a_unit_costs_by_how_many_are_bought(
    regular: int | None, lists: list[dict[int, int | None]], prices: dict[int, int | None]
) -> None:
    assert unit_prices(regular, lists) == prices


AMOUNTS = st.none() | st.integers(0, 9)
TIERS = st.dictionaries(st.integers(1, 12), AMOUNTS, max_size=4)


@given(AMOUNTS, st.lists(TIERS, max_size=3), st.integers(1, 15))
def test_every_number_of_units_costs_what_the_best_list_says(
    regular: int | None, lists: list[dict[int, int | None]], quantity: int
) -> None:
    prices = unit_prices(regular, lists)
    found = prices[max(units for units in prices if units <= quantity)]

    expected = regular
    for tiers in lists:
        said = {at: amount for at, amount in tiers.items() if at <= quantity and amount is not None}
        if said:
            expected = said[max(said)]
            break
    assert found == expected
    assert all(one != other for one, other in pairwise(prices.values()))

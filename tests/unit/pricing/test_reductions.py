"""The prior price beside a reduction, by the examples of the Commission's guidance.

Figures from "Guidance on the interpretation and application of Article 6a of Directive 98/6/EC",
2021/C 526/02, and from the judgment of the Court in C-330/23 (Aldi Süd).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from pricing.domain import (
    ListHistory,
    PriceHistory,
    PriceList,
    RegularPrice,
    Shown,
    lowest_before_reduction,
)

DAY_0 = datetime(2026, 6, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    return DAY_0 + timedelta(days=number)


def shown(*prices: tuple[float, int | None, int | None]) -> list[Shown]:
    return [Shown(day(since), amount, before) for since, amount, before in prices]


def test_section_2_1_the_prior_price_is_the_lowest_of_30_days_not_the_last_one() -> None:
    # "50 % off" after a last price of 160, when 100 had been asked within the 30 days.
    prices = shown((0, 100, None), (20, 160, None), (40, 50, 160))
    assert lowest_before_reduction(prices) == 100


def test_section_2_1_a_reduction_longer_than_30_days_keeps_its_prior_price() -> None:
    prices = shown((0, 100, None), (40, 80, 100), (140, 80, 100))
    assert lowest_before_reduction(prices) == 100


def test_section_2_1_an_earlier_reduction_within_30_days_counts() -> None:
    prices = shown((0, 100, None), (40, 70, 100), (45, 100, None), (60, 80, 100))
    assert lowest_before_reduction(prices) == 70


def test_a_reduction_that_ended_30_days_before_does_not_count() -> None:
    prices = shown((0, 100, None), (40, 70, 100), (45, 100, None), (75, 80, 100))
    assert lowest_before_reduction(prices) == 100


def test_a_price_that_ended_a_moment_within_the_30_days_counts() -> None:
    prices = shown((0, 100, None), (40, 70, 100), (45.01, 100, None), (75, 80, 100))
    assert lowest_before_reduction(prices) == 70


def test_section_4_3_each_step_of_a_progressive_reduction_has_its_own_prior_price() -> None:
    # The guidance lets Member States choose 100 for all steps; this is what holds in every one.
    steps = [(0, 100, None), (40, 90, 100), (47, 80, 100), (54, 70, 100)]
    priors = [lowest_before_reduction(shown(*steps[:count])) for count in (2, 3, 4)]
    assert priors == [100, 90, 80]


def test_c_330_23_what_is_no_cheaper_than_the_prior_price_is_seen_to_be_no_reduction() -> None:
    # Bananas: 1.29 with a last price of 1.69, but 1.29 within the 30 days before.
    prices = shown((0, 129, None), (10, 169, None), (20, 129, 169))
    assert lowest_before_reduction(prices) == 129


def test_announcing_a_price_that_was_asked_before_makes_it_its_own_prior_price() -> None:
    prices = shown((0, 80, None), (60, 80, 100))
    assert lowest_before_reduction(prices) == 80


def test_a_lower_price_that_is_not_announced_is_no_reduction() -> None:
    assert lowest_before_reduction(shown((0, 100, None), (10, 80, None))) is None


def test_what_was_reduced_from_the_first_day_has_no_prior_price() -> None:
    assert lowest_before_reduction(shown((0, 80, 100))) is None
    assert lowest_before_reduction(shown((0, None, None), (5, 80, 100))) is None


def test_a_product_younger_than_30_days_has_the_lowest_price_it_had() -> None:
    assert lowest_before_reduction(shown((0, 100, None), (5, 110, None), (9, 80, 110))) == 100


@pytest.mark.parametrize(
    ("compare_at", "before"), [(None, None), (99, None), (100, None), (101, 101)]
)
def test_a_price_is_compared_with_a_higher_one_only(
    compare_at: int | None, before: int | None
) -> None:
    assert RegularPrice(100, compare_at).before == before
    history = PriceHistory("GBP", False, [(day(0), RegularPrice(100, compare_at))])
    assert history.shown_at(day(1)) == Shown(day(1), 100, before)


def sale(**terms: object) -> PriceList:
    return PriceList(UUID(int=1), "sale", "GBP", **terms)


def history(*lists: ListHistory, compare_at: int | None = None) -> PriceHistory:
    return PriceHistory("GBP", False, [(day(0), RegularPrice(100, compare_at))], lists)


def test_a_sale_in_a_list_for_everyone_is_compared_with_the_regular_price() -> None:
    in_june = sale(starts_at=day(40), ends_at=day(50))
    prices = history(ListHistory([(day(30), in_june)], [(day(30), 80)]))

    assert [prices.shown_at(day(at)).amount for at in (39, 40, 49, 50)] == [100, 80, 80, 100]
    assert prices.shown_at(day(45)).before == 100
    assert lowest_before_reduction(prices.shown_until(day(45))) == 100
    assert lowest_before_reduction(prices.shown_until(day(50))) is None


def test_a_sale_is_compared_with_compare_at_before_the_regular_price() -> None:
    prices = history(ListHistory([(day(0), sale())], [(day(10), 80)]), compare_at=120)
    assert prices.shown_at(day(10)).before == 120


def test_a_list_for_a_group_is_not_what_everyone_is_asked() -> None:
    prices = history(ListHistory([(day(0), sale(customer_group="trade"))], [(day(0), 80)]))
    assert prices.shown_at(day(1)) == Shown(day(1), 100)


@pytest.mark.parametrize(
    ("list_includes", "before"),
    [
        (None, 100),
        (False, 100),
        (True, None),  # 80 with tax is not told to be less than 100 without
    ],
)
def test_a_list_is_compared_with_prices_that_have_their_tax_in_them_as_it_has(
    list_includes: bool | None, before: int | None
) -> None:
    listed = ListHistory([(day(0), sale(tax_included=list_includes))], [(day(0), 80)])
    assert history(listed).shown_at(day(1)) == Shown(day(1), 80, before)


def test_without_a_price_in_the_list_that_decides_on_tax_it_is_not_for_sale() -> None:
    listed = ListHistory([(day(0), sale(tax_included=True))], [(day(5), 80)])
    assert history(listed).shown_at(day(1)) == Shown(day(1), None)


def test_an_ended_sale_counts_for_the_next_reduction() -> None:
    first = ListHistory([(day(30), sale(starts_at=day(40), ends_at=day(50)))], [(day(30), 70)])
    second = ListHistory([(day(55), sale(starts_at=day(60)))], [(day(55), 80)])
    assert lowest_before_reduction(history(first, second).shown_until(day(61))) == 70


def test_what_a_list_said_before_it_was_moved_still_counts() -> None:
    moved = ListHistory(
        [(day(30), sale()), (day(35), None), (day(55), sale(starts_at=day(60)))],
        [(day(30), 70), (day(58), 90)],
    )
    prices = history(moved)
    assert [prices.shown_at(day(at)).amount for at in (34, 36, 59, 60)] == [70, 100, 100, 90]
    assert lowest_before_reduction(prices.shown_until(day(61))) == 70


def test_a_price_of_the_list_that_is_yet_to_come_is_not_shown() -> None:
    prices = history(ListHistory([(day(0), sale())], [(day(10), 80), (day(20), 60)]))
    assert [each.amount for each in prices.shown_until(day(15))] == [100, 80, 80]

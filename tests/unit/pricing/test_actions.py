"""What each action takes off, line by line."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from core.money import Money
from pricing.domain.promotions import (
    AmountOff,
    Break,
    Bundle,
    BuyXGetY,
    FixedPrice,
    FreeShipping,
    Percent,
    QuantityBreaks,
    Target,
    Tier,
    Tiered,
)
from tests.pricing import allocations, basket_of, discounted, gbp, off, off_shipping, promotion

TEN = Decimal(10)


@pytest.mark.parametrize(
    ("action", "lines", "expected"),
    [
        # A share of the order is rounded once, half up; of lines, on each line.
        (Percent(TEN), [(5, 1), (5, 1), (5, 1)], [1, 1, 0]),
        (Percent(TEN, Target.LINES), [(5, 1), (5, 1), (5, 1)], [1, 1, 1]),
        (Percent(TEN, Target.LINES), [(4, 1), (5, 3), (14, 1)], [0, 2, 1]),
        (Percent(TEN), [(4, 1)], [0]),
        (Percent(Decimal("12.5")), [(10_00, 1), (3_00, 2)], [1_25, 75]),
        (Percent(Decimal("33.333")), [(10_00, 3)], [10_00]),
        (Percent(Decimal(100)), [(10_00, 1), (1, 7)], [10_00, 7]),
        # An amount off the order once, in proportion; of equal remainders the first SKU's part.
        (AmountOff(gbp(5_00)), [(10_00, 1), (30_00, 1)], [1_25, 3_75]),
        (AmountOff(gbp(1_00)), [(10_00, 1), (10_00, 1), (10_00, 1)], [34, 33, 33]),
        (AmountOff(gbp(2)), [(10_00, 1), (10_00, 1), (10_00, 1)], [1, 1, 0]),
        (AmountOff(gbp(99_00)), [(10_00, 1), (30_00, 1)], [10_00, 30_00]),
        # Off lines an amount is off each unit, of which none costs less than nothing.
        (AmountOff(gbp(1_50), Target.LINES), [(10_00, 3), (1_00, 2)], [4_50, 2_00]),
        (FixedPrice(gbp(8_00)), [(10_00, 2), (8_00, 1), (5_00, 4)], [4_00, 0, 0]),
        (FixedPrice(gbp(0)), [(10_00, 2)], [20_00]),
        # Of every three units the cheapest is free, on whichever line it is.
        (BuyXGetY(2, 1), [(10_00, 1), (8_00, 1), (5_00, 1)], [0, 0, 5_00]),
        (BuyXGetY(2, 1), [(5_00, 2), (10_00, 5)], [10_00, 0]),
        (BuyXGetY(2, 1), [(5_00, 1), (10_00, 5)], [5_00, 10_00]),
        (BuyXGetY(2, 1), [(5_00, 5)], [5_00]),
        (BuyXGetY(2, 1), [(5_00, 6)], [10_00]),
        (BuyXGetY(1, 1, Decimal(50)), [(9_99, 2), (5_01, 1)], [0, 2_51]),
        (BuyXGetY(2, 2, Decimal(50)), [(9_99, 4)], [9_99]),
        (BuyXGetY(1, 1), [(7_00, 1), (7_00, 1)], [7_00, 0]),
        # Two sets of one A and two B; the third A is for its own price.
        (Bundle({"SKU-0000": 1, "SKU-0001": 2}, gbp(15_00)), [(10_00, 3), (5_00, 4)], [5_00, 5_00]),
        (Bundle({"SKU-0000": 1, "SKU-0001": 1}, gbp(10_00)), [(10_00, 1), (5_00, 1)], [3_33, 1_67]),
        (Bundle({"SKU-0000": 1, "SKU-0001": 1}, gbp(15_00)), [(10_00, 1), (5_00, 1)], [0, 0]),
        (Bundle({"SKU-0000": 1, "SKU-0001": 1}, gbp(20_00)), [(10_00, 1), (5_00, 1)], [0, 0]),
        (Bundle({"SKU-0001": 2}, gbp(1_00)), [(10_00, 1), (5_00, 2)], [0, 9_00]),
    ],
)
def test_an_action_takes_off_each_line(action, lines, expected) -> None:
    quote = discounted(lines, promotion(action))

    assert off(quote) == expected
    assert quote.totals.discount == sum(expected)


TIERS = Tiered(
    (
        Tier(gbp(100_00), percent=Decimal(20)),
        Tier(gbp(50_00), percent=Decimal(10)),
        Tier(gbp(200_00), amount=gbp(60_00)),
    )
)


@pytest.mark.parametrize(
    ("subtotal", "expected"),
    [(49_99, 0), (50_00, 5_00), (99_99, 10_00), (100_00, 20_00), (199_99, 40_00), (200_00, 60_00)],
)
def test_the_highest_tier_that_is_reached_holds(subtotal: int, expected: int) -> None:
    assert off(discounted([(subtotal, 1)], promotion(TIERS))) == [expected]


BREAKS = QuantityBreaks(
    (Break(10, amount=gbp(6_00)), Break(3, percent=Decimal(5)), Break(5, percent=TEN))
)


@pytest.mark.parametrize(
    ("units", "expected"),
    [(1, 0), (2, 0), (3, 1_50), (4, 2_00), (5, 5_00), (9, 9_00), (10, 40_00), (11, 44_00)],
)
def test_the_highest_break_that_a_line_reaches_holds_for_all_its_units(
    units: int, expected: int
) -> None:
    assert off(discounted([(10_00, units), (10_00, 2)], promotion(BREAKS))) == [expected, 0]


@pytest.mark.parametrize("share", [Decimal(0), None])
def test_a_step_of_nothing_takes_nothing_off(share: Decimal | None) -> None:
    tiers = Tiered((Tier(gbp(1_00), percent=Decimal(10)), Tier(gbp(50_00), percent=share)))
    assert off(discounted([(49_00, 1)], promotion(tiers))) == [4_90]
    assert off(discounted([(50_00, 1)], promotion(tiers))) == [0]

    breaks = QuantityBreaks((Break(1, percent=Decimal(10)), Break(3, percent=share)))
    assert off(discounted([(10_00, 2), (10_00, 3)], promotion(breaks))) == [2_00, 0]


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (FreeShipping(), 3_95),
        (Percent(Decimal(50), Target.SHIPPING), 1_98),
        (AmountOff(gbp(1_00), Target.SHIPPING), 1_00),
        (AmountOff(gbp(9_00), Target.SHIPPING), 3_95),
    ],
)
def test_shipping_is_discounted_apart_from_the_lines(action, expected: int) -> None:
    quote = discounted([(10_00, 1)], promotion(action), shipping=3_95)

    assert off_shipping(quote) == expected
    assert quote.totals.shipping == 3_95 - expected
    assert quote.totals.discount == 0
    assert allocations(quote) == [(None, expected)]


def test_only_the_items_that_the_conditions_name_are_discounted() -> None:
    basket = basket_of([(10_00, 1), (10_00, 1), (10_00, 1), (10_00, 1)])
    first, second, third, fourth = basket.items
    basket = replace(
        basket,
        items=(
            first,
            replace(second, product="mug"),
            replace(third, categories=frozenset({"tea", "drinks"})),
            fourth,
        ),
    )

    def named(**names: frozenset[str]) -> list[int]:
        return off(discounted(basket, promotion(Percent(TEN), **names)))

    assert named(skus=frozenset({"SKU-0000", "SKU-0009"})) == [1_00, 0, 0, 0]
    assert named(products=frozenset({"mug"})) == [0, 1_00, 0, 0]
    assert named(categories=frozenset({"tea"})) == [0, 0, 1_00, 0]
    assert named(categories=frozenset({"tea", "drinks"})) == [0, 0, 1_00, 0]
    everything = named(
        skus=frozenset({"SKU-0002", "SKU-0003"}),
        products=frozenset({"mug"}),
        categories=frozenset({"drinks"}),
    )
    assert everything == [0, 1_00, 1_00, 1_00]


def test_an_amount_off_the_order_is_spread_over_the_named_items_alone() -> None:
    quote = discounted(
        [(10_00, 1), (30_00, 1), (70_00, 1)],
        promotion(AmountOff(gbp(4_00)), skus=frozenset({"SKU-0000", "SKU-0001"})),
    )
    assert off(quote) == [1_00, 3_00, 0]


def test_each_takes_its_share_of_what_those_before_it_left() -> None:
    """Products come before the order whatever the priority, the order before its shipping."""
    on_order = promotion(Percent(TEN), "2", priority=9)
    on_lines = promotion(Percent(Decimal(50), Target.LINES), "1", skus=frozenset({"SKU-0000"}))

    quote = discounted([(10_00, 1), (5_00, 1)], on_order, on_lines)

    assert [applied.id for applied in quote.explanation.applied] == ["1", "2"]
    assert [applied.amount for applied in quote.explanation.applied] == [5_00, 1_00]
    assert off(quote) == [5_50, 50]


def test_a_bundle_and_free_units_of_discounted_lines_count_what_is_left_of_them() -> None:
    half = promotion(Percent(Decimal(50), Target.LINES), "1", priority=1)
    free = promotion(BuyXGetY(1, 1), "2")
    assert off(discounted([(5_01, 4)], half, free)) == [10_02 + 5_01]

    bundle = promotion(Bundle({"SKU-0000": 1, "SKU-0001": 1}, gbp(6_00)), "2")
    quote = discounted([(10_00, 1), (5_00, 3)], half, bundle)
    assert off(quote) == [5_00 + 1_00, 7_50 + 50]


def test_of_equal_priority_the_older_promotion_is_applied_first() -> None:
    quote = discounted(
        [(10_00, 1)],
        promotion(AmountOff(gbp(5_00)), "b"),
        promotion(Percent(TEN), "a"),
        promotion(Percent(Decimal(50)), "c", priority=1),
    )
    applied = [(each.id, each.amount) for each in quote.explanation.applied]
    assert applied == [("c", 5_00), ("a", 50), ("b", 4_50)]


@pytest.mark.parametrize(("currency", "unit"), [("JPY", 1_000), ("KWD", 1_000)])
def test_minor_units_are_what_the_currency_has(currency: str, unit: int) -> None:
    basket = replace(basket_of([(unit, 1), (unit, 2)]), currency=currency)
    quote = discounted(basket, promotion(AmountOff(Money(100, currency))))
    assert off(quote) == [33, 67]


def test_a_discount_is_an_entry_with_its_promotion_and_nothing_is_an_entry_of_nothing() -> None:
    quote = discounted([(10_00, 1), (0, 1)], promotion(Percent(TEN), "7"))
    [entry] = quote.lines[0].discounts
    assert (entry.source, entry.title, entry.amount) == ("7", "Promotion 7", 1_00)
    assert quote.lines[1].discounts == ()

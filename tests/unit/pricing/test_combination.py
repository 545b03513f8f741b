"""Which promotions apply together, and what becomes of the codes that were entered."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from pricing.domain import Promotion, Quote, Reason, RejectedPromotion
from pricing.domain.promotions import (
    Action,
    AmountOff,
    FixedPrice,
    FreeShipping,
    Percent,
    PromotionClass,
    Target,
)
from tests.pricing import basket_of, by_code, discounted, gbp, promotion, reasons, with_codes

ORDER = Percent(Decimal(10))
LINES = Percent(Decimal(10), Target.LINES)
SHIPPING = FreeShipping()
NOTHING: frozenset[PromotionClass] = frozenset()


def quoted(*promotions: Promotion, **fields) -> Quote:
    return discounted([(10_00, 1), (5_00, 2)], *promotions, shipping=3_95, **fields)


def applied(*promotions: Promotion, **fields) -> list[str]:
    return [each.id for each in quoted(*promotions, **fields).explanation.applied]


def test_by_default_everything_combines() -> None:
    assert applied(
        promotion(SHIPPING, "1"),
        promotion(LINES, "2"),
        promotion(ORDER, "3"),
        promotion(ORDER, "4"),
    ) == ["2", "3", "4", "1"]


@pytest.mark.parametrize(
    ("first", "second"), [(ORDER, LINES), (LINES, SHIPPING), (SHIPPING, ORDER), (ORDER, ORDER)]
)
def test_each_has_to_name_the_class_of_the_other(first: Action, second: Action) -> None:
    def pair(one: frozenset[PromotionClass], other: frozenset[PromotionClass]) -> set[str]:
        return set(
            applied(
                promotion(first, "1", combines_with=one),
                promotion(second, "2", combines_with=other),
            )
        )

    every = frozenset(PromotionClass)
    assert pair(every, every) == {"1", "2"}
    assert pair(NOTHING, every) == {"1"}
    assert pair(every, NOTHING) == {"1"}


def test_the_class_is_that_of_what_is_discounted() -> None:
    orders = frozenset({PromotionClass.ORDER})
    first = promotion(AmountOff(gbp(1)), "1", combines_with=orders)

    assert applied(first, promotion(ORDER, "2")) == ["1", "2"]
    assert applied(first, promotion(LINES, "2")) == ["1"]
    assert applied(first, promotion(AmountOff(gbp(1), Target.SHIPPING), "2")) == ["1"]


def test_one_has_to_combine_with_all_that_apply_not_only_with_the_last() -> None:
    no_shipping = frozenset({PromotionClass.PRODUCT, PromotionClass.ORDER})
    assert applied(
        promotion(LINES, "1", combines_with=no_shipping),
        promotion(ORDER, "2"),
        promotion(SHIPPING, "3"),
    ) == ["1", "2"]
    assert applied(
        promotion(SHIPPING, "1"),
        promotion(ORDER, "2"),
        promotion(LINES, "3", combines_with=no_shipping),
    ) == ["2", "1"]


def test_the_higher_priority_wins_then_the_older() -> None:
    def rivals(**priorities: int) -> list[str]:
        return applied(
            *(
                promotion(ORDER, name, combines_with=NOTHING, priority=priority)
                for name, priority in priorities.items()
            )
        )

    assert rivals(b=0, a=0, c=0) == ["a"]
    assert rivals(b=0, a=0, c=1) == ["c"]
    assert rivals(b=0, a=-1, c=-1) == ["b"]


def test_an_exclusive_promotion_applies_alone_or_not_at_all() -> None:
    alone = promotion(SHIPPING, "1", exclusive=True)

    assert applied(alone, promotion(ORDER, "2")) == ["1"]
    assert applied(alone, promotion(ORDER, "2", priority=1)) == ["2"]
    assert applied(alone, promotion(LINES, "2", exclusive=True)) == ["1"]
    assert applied(alone) == ["1"]


def test_one_that_can_take_nothing_off_keeps_no_other_out() -> None:
    idle = promotion(FixedPrice(gbp(99_00)), "1", exclusive=True, priority=9)
    assert applied(idle, promotion(ORDER, "2")) == ["2"]

    too_little = promotion(Percent(Decimal("0.01")), "1", exclusive=True, priority=9)
    assert applied(too_little, promotion(ORDER, "2")) == ["2"]

    unmet = promotion(ORDER, "1", exclusive=True, min_quantity=99)
    assert applied(unmet, promotion(ORDER, "2")) == ["2"]

    quote = discounted([(1, 1)], promotion(SHIPPING, "1", exclusive=True), promotion(LINES, "2"))
    assert not quote.explanation.applied
    quote = discounted([(10, 1)], promotion(SHIPPING, "1", exclusive=True), promotion(LINES, "2"))
    assert [each.id for each in quote.explanation.applied] == ["2"]


def test_what_costs_no_more_already_or_nothing_at_all_is_nothing_to_take_off() -> None:
    as_cheap = promotion(FixedPrice(gbp(10_00)), "1", exclusive=True, priority=9)
    quote = discounted([(10_00, 1)], as_cheap, promotion(ORDER, "2"))
    assert [each.id for each in quote.explanation.applied] == ["2"]

    each_unit = AmountOff(gbp(1_00), Target.LINES)
    gift = promotion(each_unit, "1", exclusive=True, priority=9, skus=frozenset({"SKU-0000"}))
    quote = discounted([(0, 1), (10_00, 1)], gift, promotion(ORDER, "2"))
    assert [each.id for each in quote.explanation.applied] == ["2"]


def test_a_code_that_does_not_combine_or_finds_nothing_left_says_so() -> None:
    quote = quoted(
        promotion(Percent(Decimal(100), Target.LINES), "1"),
        by_code(ORDER, "2"),
        by_code(SHIPPING, "3", exclusive=True),
        codes={"TEN": "2", "POST": "3"},
    )
    assert reasons(quote) == {"TEN": "no_effect", "POST": "not_combinable"}
    assert quote.explanation.near == ()


def test_without_its_code_it_does_not_apply() -> None:
    assert applied(by_code(ORDER)) == []
    assert applied(by_code(ORDER), codes={"TEN": "1"}) == ["1"]


def test_codes_are_submitted_applied_and_rejected() -> None:
    quote = quoted(
        by_code(ORDER, "1"),
        by_code(LINES, "2", min_subtotal=gbp(30_00)),
        promotion(ORDER, "4"),
        codes={"nope": None, "TEN": "1", "Lines": "2", "OLD": "3"},
    )
    explanation = quote.explanation

    assert explanation.submitted == ("nope", "TEN", "Lines", "OLD")
    assert [(each.id, each.code, each.amount) for each in explanation.applied] == [
        ("1", "TEN", 2_00),
        ("4", "", 1_80),
    ]
    assert explanation.applied[0].allocations == [("SKU-0000", 1_00), ("SKU-0001", 1_00)]
    assert [rejected.code for rejected in explanation.rejected] == ["nope", "Lines", "OLD"]
    assert reasons(quote) == {
        "nope": "unknown_code",
        "Lines": "minimum_not_met",
        "OLD": "not_active",
    }
    assert explanation.rejected[1] == RejectedPromotion(
        explanation.rejected[1].reason, "Lines", "2", "Promotion 2", 10_00
    )
    assert {entry.code for line in quote.lines for entry in line.discounts} == {"TEN", ""}


def test_a_code_entered_again_in_another_case_counts_once() -> None:
    quote = quoted(by_code(ORDER), codes={"Straße": "1", "STRASSE": "1", "strasse": "1"})
    assert quote.explanation.submitted == ("Straße",)
    assert [each.code for each in quote.explanation.applied] == ["Straße"]
    assert quote.explanation.rejected == ()
    assert quote.totals.discount == 2_00


def test_a_second_code_of_a_promotion_adds_nothing() -> None:
    quote = quoted(by_code(ORDER), codes={"A1": "1", "B2": "1"})
    assert [each.code for each in quote.explanation.applied] == ["A1"]
    assert quote.explanation.rejected == (
        RejectedPromotion(Reason.NOT_COMBINABLE, "B2", "1", "Promotion 1"),
    )
    assert quote.totals.discount == 2_00


def test_a_used_up_code_says_why_and_another_of_its_promotion_still_applies() -> None:
    basket = with_codes(basket_of([(10_00, 1)]), {"A1": "1", "B2": "1", "C3": "2"})
    basket = replace(basket, used_up={"A1": "exhausted", "2": "customer_limit_reached"})

    quote = discounted(basket, by_code(ORDER, "1"), by_code(ORDER, "2"))

    assert quote.explanation.rejected == (
        RejectedPromotion(Reason.EXHAUSTED, "A1", "1", "Promotion 1"),
        RejectedPromotion(Reason.CUSTOMER_LIMIT_REACHED, "C3", "2", "Promotion 2"),
    )
    assert [each.code for each in quote.explanation.applied] == ["B2"]


def test_an_automatic_promotion_that_is_used_up_does_not_apply() -> None:
    basket = replace(basket_of([(10_00, 1)]), used_up={"1": "exhausted"})
    quote = discounted(basket, promotion(ORDER, "1"), promotion(AmountOff(gbp(1)), "2"))
    assert [each.id for each in quote.explanation.applied] == ["2"]
    assert quote.explanation.rejected == quote.explanation.near == ()


def test_nothing_without_promotions() -> None:
    explanation = quoted().explanation
    assert not explanation.submitted + explanation.applied + explanation.rejected

"""Why a promotion takes nothing off: one stable reason, and what is missing."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from core.money import Money
from pricing.domain import Basket, Buyer, Destination, RejectedPromotion
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
from tests.pricing import NOW, basket_of, by_code, discounted, gbp, off, promotion, reasons

TENTH = Percent(Decimal(10))
BASKET = basket_of([(10_00, 1), (5_00, 2)])
MOMENT = timedelta(microseconds=1)
WEDNESDAY = 3  # NOW is one


def rejection(basket: Basket = BASKET, action=TENTH, now=NOW, **fields) -> RejectedPromotion | None:
    """Enter the code of one promotion, and return why it takes nothing off."""
    quote = discounted(basket, by_code(action, **fields), codes={"CODE": "1"}, now=now)
    [rejected] = quote.explanation.rejected or [None]
    assert bool(quote.explanation.applied) is (rejected is None)
    return rejected


def reason(basket: Basket = BASKET, action=TENTH, now=NOW, **fields) -> str | None:
    rejected = rejection(basket, action, now, **fields)
    return rejected and rejected.reason.value


def test_it_holds_from_its_start_on_and_not_at_its_end() -> None:
    assert reason(starts_at=NOW) is None
    assert reason(starts_at=NOW + MOMENT) == "not_started"
    assert reason(ends_at=NOW + MOMENT) is None
    assert reason(ends_at=NOW) == "expired"


def test_a_weekday_is_one_in_utc() -> None:
    assert reason(weekdays=frozenset({WEDNESDAY})) is None
    assert reason(weekdays=frozenset({1, 2, 4, 5, 6, 7})) == "weekday_not_eligible"

    in_tokyo = datetime(2026, 7, 2, 8, 59, tzinfo=timezone(timedelta(hours=9)))
    assert in_tokyo.isoweekday() == WEDNESDAY + 1
    assert reason(weekdays=frozenset({WEDNESDAY}), now=in_tokyo) is None
    sunday = datetime(2026, 7, 5, tzinfo=UTC)
    assert reason(weekdays=frozenset({7}), now=sunday) is None


def test_a_weekday_does_not_depend_on_where_the_machine_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    last_of_wednesday = datetime(2026, 7, 1, 23, 59, tzinfo=UTC)
    try:
        for zone in ("Asia/Tokyo", "America/Los_Angeles"):
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            for now in (last_of_wednesday, last_of_wednesday - timedelta(hours=23)):
                assert reason(weekdays=frozenset({WEDNESDAY}), now=now) is None
    finally:
        monkeypatch.undo()
        time.tzset()


def test_one_of_the_buyers_groups_is_enough() -> None:
    trade = frozenset({"trade", "staff"})

    def of(*groups: str) -> Basket:
        return replace(BASKET, buyer=Buyer(frozenset(groups)))

    assert reason(of("vip", "trade"), customer_groups=trade) is None
    assert reason(of("vip"), customer_groups=trade) == "customer_not_eligible"
    assert reason(customer_groups=trade) == "customer_not_eligible"


def test_a_first_order_that_cannot_be_known_yet_counts_as_one() -> None:
    def of(first_order: bool | None) -> Basket:
        return replace(BASKET, buyer=Buyer(first_order=first_order))

    assert reason(of(True), first_order=True) is None
    assert reason(of(None), first_order=True) is None
    assert reason(of(False), first_order=True) == "not_first_order"
    assert reason(of(False)) is None


def test_a_promotion_for_countries_waits_for_an_address() -> None:
    countries = frozenset({"GB", "IE"})

    assert reason(countries=countries) == "country_unknown"
    assert reason(replace(BASKET, destination=Destination("IE")), countries=countries) is None
    assert (
        reason(replace(BASKET, destination=Destination("FR")), countries=countries)
        == "country_not_eligible"
    )


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        (TENTH, {"min_subtotal": Money(1, "EUR")}),
        (AmountOff(Money(1, "EUR")), {}),
        (AmountOff(Money(1, "EUR"), Target.LINES), {}),
        (FixedPrice(Money(1, "EUR")), {}),
        (Bundle({"SKU-0000": 1}, Money(1, "EUR")), {}),
        (Tiered((Tier(Money(1, "EUR"), percent=Decimal(5)),)), {}),
        (Tiered((Tier(gbp(1), amount=gbp(1)), Tier(gbp(2), amount=Money(2, "EUR")))), {}),
        (QuantityBreaks((Break(1, amount=Money(1, "EUR")),)), {}),
    ],
)
def test_money_of_another_currency_is_not_converted(action, fields) -> None:
    assert reason(action=action, **fields) == "currency_mismatch"


def test_money_of_the_baskets_currency_counts() -> None:
    euros = replace(BASKET, currency="EUR")
    assert reason(euros, AmountOff(Money(1, "EUR")), min_subtotal=Money(20_00, "EUR")) is None
    assert reason(euros, TENTH) is None


def test_a_minimum_is_of_the_named_items_at_list_price() -> None:
    second = frozenset({"SKU-0001"})

    assert reason(min_subtotal=gbp(20_00)) is None
    assert rejection(min_subtotal=gbp(20_01)).missing == 1
    assert reason(min_subtotal=gbp(20_01)) == "minimum_not_met"
    assert reason(min_subtotal=gbp(10_00), skus=second) is None
    assert rejection(min_subtotal=gbp(12_50), skus=second).missing == 2_50
    assert reason(min_quantity=3) is None
    assert reason(min_quantity=4) == "quantity_not_met"
    assert rejection(min_quantity=5, skus=second).missing == 3
    first_half_off = promotion(Percent(Decimal(50), Target.LINES), "0", priority=1)
    at_list_price = promotion(TENTH, min_subtotal=gbp(20_00))
    assert off(discounted(BASKET, first_half_off, at_list_price)) == [5_50, 5_50]


@pytest.mark.parametrize(
    ("action", "why", "missing"),
    [
        (
            Tiered((Tier(gbp(50_00), percent=Decimal(5)), Tier(gbp(30_00), percent=Decimal(1)))),
            "minimum_not_met",
            10_00,
        ),
        (BuyXGetY(3, 1), "quantity_not_met", 1),
        (
            QuantityBreaks((Break(9, percent=Decimal(9)), Break(6, percent=Decimal(5)))),
            "quantity_not_met",
            4,
        ),
        (Bundle({"SKU-0000": 2, "SKU-0001": 1, "OTHER": 3}, gbp(1)), "quantity_not_met", 4),
    ],
)
def test_an_action_that_needs_more_says_how_much(action, why: str, missing: int) -> None:
    rejected = rejection(action=action)
    assert (rejected.reason, rejected.missing) == (why, missing)
    assert reason(action=action, min_subtotal=gbp(1), min_quantity=1) == why


def test_of_two_minimums_of_a_kind_the_higher_counts() -> None:
    tiers = Tiered((Tier(gbp(50_00), percent=Decimal(5)),))
    assert rejection(action=tiers, min_subtotal=gbp(30_00)).missing == 30_00
    assert rejection(action=tiers, min_subtotal=gbp(60_00)).missing == 40_00
    assert rejection(action=BuyXGetY(3, 1), min_quantity=9).missing == 6
    assert rejection(action=BuyXGetY(8, 1), min_quantity=5).missing == 6


def test_nothing_that_it_names_is_there() -> None:
    assert reason(skus=frozenset({"OTHER"})) == "no_matching_items"
    assert reason(action=FreeShipping(), products=frozenset({"mug"})) == "no_matching_items"
    assert reason(categories=frozenset({"tea"}), min_quantity=5) == "no_matching_items"
    assert reason(action=Bundle({"OTHER": 1}, gbp(1))) == "no_matching_items"
    assert reason(basket_of([])) == "no_matching_items"
    only_second = {"skus": frozenset({"SKU-0001"})}
    assert reason(action=Bundle({"SKU-0000": 1}, gbp(1)), **only_second) == "no_matching_items"


def test_what_takes_nothing_off_says_so() -> None:
    free = basket_of([(0, 3)], shipping=0)

    assert reason(free) == "no_effect"
    assert reason(free, Percent(Decimal(10), Target.LINES)) == "no_effect"
    assert reason(free, AmountOff(gbp(5))) == "no_effect"
    assert reason(free, AmountOff(gbp(5), Target.LINES)) == "no_effect"
    assert reason(free, FreeShipping()) == "no_effect"
    assert reason(action=FixedPrice(gbp(10_00))) == "no_effect"
    assert reason(basket_of([(4, 1)])) == "no_effect"


def test_a_discount_of_shipping_waits_until_shipping_is_chosen() -> None:
    assert reason(action=FreeShipping()) == "shipping_not_chosen"
    assert reason(action=Percent(Decimal(10), Target.SHIPPING)) == "shipping_not_chosen"
    assert reason(action=FreeShipping(), min_subtotal=gbp(99_00)) == "minimum_not_met"
    assert reason(basket_of([(1, 1)], shipping=1), FreeShipping()) is None


def test_what_cannot_be_changed_by_buying_more_is_said_first() -> None:
    assert reason(min_quantity=9, ends_at=NOW) == "expired"
    assert reason(customer_groups=frozenset({"vip"}), starts_at=NOW + MOMENT) == "not_started"
    assert reason(min_quantity=9, min_subtotal=gbp(99_00)) == "minimum_not_met"


def near(*promotions, basket: Basket = BASKET, **fields) -> list[tuple[str, str, int | None]]:
    found = discounted(basket, *promotions, **fields).explanation.near
    return [(each.id, each.reason.value, each.missing) for each in found]


def test_what_only_lacks_a_minimum_is_near() -> None:
    assert near(promotion(TENTH, min_subtotal=gbp(32_50))) == [("1", "minimum_not_met", 12_50)]
    assert near(promotion(FreeShipping(), min_quantity=4)) == [("1", "quantity_not_met", 1)]
    assert near(promotion(BuyXGetY(3, 1))) == [("1", "quantity_not_met", 1)]
    assert near(promotion(TENTH)) == []
    assert near(promotion(TENTH, min_quantity=4, min_subtotal=gbp(99_00))) == []
    assert near(promotion(TENTH, min_quantity=4, ends_at=NOW)) == []
    assert near(promotion(TENTH, ends_at=NOW)) == []
    assert near(promotion(TENTH, skus=frozenset({"OTHER"}))) == []


def test_what_needs_a_code_or_is_used_up_is_not_near() -> None:
    assert near(by_code(TENTH, min_quantity=4)) == []
    assert near(by_code(TENTH, min_quantity=4), codes={"CODE": "1"}) == []
    used_up = replace(BASKET, used_up={"1": "exhausted"})
    assert near(promotion(TENTH, min_quantity=4), basket=used_up) == []


def test_what_would_be_kept_out_anyway_is_not_near() -> None:
    alone = promotion(TENTH, "1", priority=5, exclusive=True)
    assert near(alone, promotion(TENTH, "2", min_quantity=4)) == []
    assert near(alone, promotion(TENTH, "2", min_quantity=4, priority=6)) == [
        ("2", "quantity_not_met", 1)
    ]


def test_what_is_near_comes_in_order_of_priority() -> None:
    found = near(
        promotion(TENTH, "b", min_quantity=4),
        promotion(TENTH, "a", min_quantity=5),
        promotion(TENTH, "c", min_quantity=6, priority=1),
    )
    assert [each[0] for each in found] == ["c", "a", "b"]


def test_a_condition_of_one_promotion_is_none_of_another() -> None:
    quote = discounted(
        BASKET,
        by_code(TENTH, "1", min_quantity=9),
        by_code(TENTH, "2"),
        codes={"NINE": "1", "ANY": "2"},
    )
    assert reasons(quote) == {"NINE": "quantity_not_met"}
    assert [applied.code for applied in quote.explanation.applied] == ["ANY"]

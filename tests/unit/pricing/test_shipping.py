"""Which ways to deliver there are, and what they cost."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.domain import (
    Band,
    Basket,
    Destination,
    Item,
    PricedBy,
    ShippingMethod,
    ShippingRate,
    ShippingRules,
    Step,
    bands_of,
    offers_for,
    problems_of,
    rate_problems,
    steps_of,
    window_problems,
)

UK, ALASKA, FRANCE = Destination("GB"), Destination("US", "AK"), Destination("FR")
FLAT = ShippingMethod("flat", "Flat", {"GBP": ShippingRate(((0, 395),))})
# 0 to 2 kg, 2 to 10 kg, and nothing from 10 kg on.
BY_WEIGHT = replace(
    FLAT,
    code="weight",
    priced_by=PricedBy.WEIGHT,
    rates={"GBP": ShippingRate(((0, 300), (2_000, 500), (10_000, None)))},
)


def item(sku: str = "MUG", **more: Any) -> Item:
    return Item(sku, **{"unit_price": 1_000, "quantity": 1, "product": "mug", **more})


def basket(*items: Item, to: Destination | None = UK, currency: str = "GBP") -> Basket:
    return Basket(currency, items or (item(),), destination=to)


def prices(rules: ShippingRules, of: Basket) -> dict[str, int]:
    return {offer.code: offer.price for offer in offers_for(rules, of)}


@pytest.mark.parametrize(
    ("grams", "price"),
    [(0, 300), (1_999, 300), (2_000, 500), (9_999, 500), (10_000, None), (10**9, None)],
)
def test_a_band_begins_with_its_first_gram_and_ends_before_the_next(grams, price):
    offered = prices(ShippingRules((BY_WEIGHT,)), basket(item(weight=grams)))
    assert offered.get("weight") == price


def test_weights_subtotals_and_quantities_are_of_all_units_that_ship():
    goods = basket(
        item("A", weight=300, quantity=3),
        item("B", weight=200, unit_price=50),
        item("DOWNLOAD", weight=9_999, quantity=50, ships=False),
    )
    measures = {PricedBy.WEIGHT: 1_100, PricedBy.SUBTOTAL: 3_050, PricedBy.QUANTITY: 4}
    for by, measure in measures.items():
        exact = ShippingRate(((measure, 1), (measure + 1, None)))
        method = replace(FLAT, priced_by=by, rates={"GBP": exact})
        assert prices(ShippingRules((method,)), goods) == {"flat": 1}


def test_what_weighs_less_than_the_first_band_is_not_delivered():
    pallet = replace(BY_WEIGHT, rates={"GBP": ShippingRate(((30_000, 9_900),))})
    assert prices(ShippingRules((pallet,)), basket(item(weight=29_999))) == {}
    assert prices(ShippingRules((pallet,)), basket(item(weight=30_000))) == {"weight": 9_900}


def test_a_method_that_cannot_deliver_it_keeps_no_other_from_doing_so():
    heavy = basket(item(weight=10_000))
    assert prices(ShippingRules((BY_WEIGHT, FLAT)), heavy) == {"flat": 395}


def test_a_currency_without_a_price_has_no_offer():
    assert prices(ShippingRules((FLAT,)), basket(currency="JPY")) == {}


def test_what_does_not_ship_is_not_delivered():
    assert prices(ShippingRules((FLAT,)), basket(item(ships=False))) == {}


def zoned(*zones: str) -> ShippingMethod:
    return replace(FLAT, code="-".join(zones), zones=frozenset(zones))


def test_the_most_specific_zone_counts_a_region_then_a_country_then_everywhere_else():
    areas = {("US", "AK"): "far", ("US", ""): "us", ("GB", ""): "uk", ("", ""): "rest"}
    rules = ShippingRules((zoned("far"), zoned("us"), zoned("uk"), zoned("rest"), FLAT), areas)
    assert prices(rules, basket(to=ALASKA)).keys() == {"far", "flat"}
    assert prices(rules, basket(to=Destination("US", "CA"))).keys() == {"us", "flat"}
    assert prices(rules, basket(to=Destination("GB", "AK"))).keys() == {"uk", "flat"}
    assert prices(rules, basket(to=FRANCE)).keys() == {"rest", "flat"}


def test_where_no_zone_is_only_methods_of_every_zone_deliver():
    rules = ShippingRules((zoned("uk", "fr"), FLAT), {("GB", ""): "uk"})
    assert prices(rules, basket(to=FRANCE)).keys() == {"flat"}
    assert prices(rules, basket(to=UK)).keys() == {"uk-fr", "flat"}


def test_before_an_address_is_known_all_methods_are_offered_that_could_apply():
    rules = ShippingRules((zoned("uk"), BY_WEIGHT), {("GB", ""): "uk"})
    assert prices(rules, basket(item(weight=2_000), to=None)) == {"uk": 395, "weight": 500}
    assert prices(rules, basket(item(weight=10_000), to=None)) == {"uk": 395}


@pytest.mark.parametrize(("subtotal", "price"), [(4_999, 395), (5_000, 0), (5_001, 0)])
def test_from_a_subtotal_on_it_is_free(subtotal, price):
    method = replace(FLAT, rates={"GBP": ShippingRate(((0, 395),), free_from=5_000)})
    assert prices(ShippingRules((method,)), basket(item(unit_price=subtotal))) == {"flat": price}


def test_free_from_a_subtotal_does_not_deliver_what_is_too_heavy():
    rate = replace(BY_WEIGHT.rates["GBP"], free_from=0)
    method = replace(BY_WEIGHT, rates={"GBP": rate})
    assert prices(ShippingRules((method,)), basket(item(weight=10_000))) == {}
    assert prices(ShippingRules((method,)), basket(item(weight=9_999))) == {"weight": 0}


@pytest.mark.parametrize(
    "with_",
    [
        {"free_with_skus": frozenset({"GIFT"})},
        {"free_with_products": frozenset({"gift-box"})},
        {"free_with_categories": frozenset({"gifts"})},
    ],
)
def test_it_is_free_when_one_item_is_among_those_that_make_it_free(with_):
    method = replace(FLAT, **with_)
    gift = item("GIFT", product="gift-box", categories=frozenset({"gifts", "all"}), ships=False)
    assert prices(ShippingRules((method,)), basket(item())) == {"flat": 395}
    assert prices(ShippingRules((method,)), basket(item(), gift)) == {"flat": 0}


def test_an_offer_tells_its_window_and_where_it_is_picked_up():
    method = replace(FLAT, min_days=1, max_days=3, pickup=True, pickup_location="12 High St")
    [offer] = offers_for(ShippingRules((method,)), basket())
    assert (offer.title, offer.min_days, offer.max_days, offer.pickup) == ("Flat", 1, 3, True)
    assert offer.pickup_location == "12 High St"


def test_offers_take_time_in_proportion_to_items_and_little():
    methods = tuple(
        replace(BY_WEIGHT, code=f"m{n}", free_with_skus=frozenset({f"S{n}"})) for n in range(50)
    )

    def seconds(count: int) -> float:
        goods = basket(*(item(f"SKU-{n}", weight=1) for n in range(count)))
        times = []
        for _ in range(5):
            start = time.process_time()
            offers_for(ShippingRules(methods), goods)
            times.append(time.process_time() - start)
        return min(times)

    assert seconds(1_000) < 0.02
    assert seconds(1_000) < 20 * seconds(100) + 0.002


def band(begins: int, ends: int | None, amount: int = 100, currency: str = "GBP") -> Band:
    return Band(currency, begins, ends, amount)


@pytest.mark.parametrize(
    ("bands", "problems"),
    [
        ([band(0, 2), band(2, 5), band(5, None)], []),
        ([band(5, None), band(0, 2), band(2, 5)], []),
        ([band(2, 5), band(0, 2)], []),
        ([band(0, None), band(2, None)], []),
        ([band(0, 2), band(0, 2, currency="EUR")], []),
        ([band(0, 3), band(2, None)], [("/bands/1/from", "overlap")]),
        ([band(0, None), band(0, None)], [("/bands/1/from", "overlap")]),
        ([band(0, 2), band(3, None)], [("/bands/1/from", "gap")]),
        ([band(3, 3)], [("/bands/0/to", "empty_band")]),
        ([band(3, 1)], [("/bands/0/to", "empty_band")]),
    ],
)
def test_bands_follow_one_another_without_gaps_and_overlaps(bands, problems):
    found = [(problem.pointer, problem.code) for problem in problems_of(bands, "/bands")]
    assert found == problems


def test_a_gap_and_an_overlap_are_told_in_words():
    [gap] = problems_of([band(0, 2), band(3, None)], "/bands")
    assert gap.detail == "Nothing says what 2 to 3 costs."
    [overlap] = problems_of([band(0, 3), band(2, None)], "/bands")
    assert overlap.detail == "This begins at 2, where the band from 0 is."
    [empty] = problems_of([band(3, 3)], "/bands")
    assert empty.detail == "A band ends after it begins."


@given(
    st.dictionaries(st.sampled_from(["GBP", "JPY", "KWD"]), st.sets(st.integers(0, 50), min_size=2))
)
def test_bands_are_the_same_after_they_were_stored_as_steps(begins):
    bands = []
    for currency, found in sorted(begins.items()):
        edges = sorted(found)
        bands += [Band(currency, start, end, start) for start, end in pairwise(edges)]
    assert problems_of(bands, "") == []
    assert list(bands_of(list(steps_of(bands)))) == bands


def test_what_does_not_end_ends_in_no_other_currency():
    bands = [band(0, None, currency="EUR"), band(5, None, currency="GBP")]
    assert list(bands_of(list(steps_of(bands)))) == bands


def test_what_ends_is_stored_as_a_step_without_a_price():
    assert list(steps_of([band(0, 2), band(2, 5)])) == [
        Step("GBP", 0, 100), Step("GBP", 2, 100), Step("GBP", 5, None),
    ]  # fmt: skip
    assert list(steps_of([])) == []


@pytest.mark.parametrize(
    ("by", "prices", "bands", "free_from", "problems"),
    [
        (PricedBy.FLAT, ["GBP"], [], ["GBP"], []),
        (PricedBy.WEIGHT, [], ["GBP"], ["GBP"], []),
        (PricedBy.FLAT, [], [], [], [("/prices", "required")]),
        (PricedBy.WEIGHT, [], [], [], [("/bands", "required")]),
        (PricedBy.FLAT, ["GBP"], ["GBP"], [], [("/bands", "not_used")]),
        (PricedBy.QUANTITY, ["GBP"], ["GBP"], [], [("/prices", "not_used")]),
        (PricedBy.FLAT, ["GBP"], [], ["EUR"], [("/free_from", "currency_without_price")]),
    ],
)
def test_a_method_has_rates_of_its_kind(by, prices, bands, free_from, problems):
    found = rate_problems(by, prices=prices, bands=bands, free_from=free_from)
    assert [(problem.pointer, problem.code) for problem in found] == problems


def test_what_a_method_lacks_is_told_in_words():
    without = {"prices": [], "bands": [], "free_from": []}

    def told(by: PricedBy, **given: list[str]) -> list[str]:
        return [problem.detail for problem in rate_problems(by, **{**without, **given})]

    assert told(PricedBy.FLAT, bands=["GBP"]) == [
        "Without a price it is never offered.",
        "A flat method has prices in their place: say what it is priced by.",
    ]
    assert told(PricedBy.WEIGHT, prices=["GBP"], bands=["GBP"], free_from=["EUR"]) == [
        "A method that is priced by weight has bands in their place.",
        "It has no price in EUR.",
    ]


def test_a_window_is_not_reversed():
    [reversed_] = window_problems(3, 2)
    assert (reversed_.pointer, reversed_.code) == ("/max_days", "reversed")
    assert reversed_.detail == "It cannot arrive within 2 days and no earlier than after 3."
    for window in ((2, 2), (None, 2), (2, None), (0, 5)):
        assert window_problems(*window) == []


WORLD = ["CA", "FR", "GB", "US"]
AREAS = {("GB", ""): "uk", ("US", "AK"): "alaska", ("US", ""): "us", ("", ""): "rest"}


@pytest.mark.parametrize(
    ("zones", "reached"),
    [
        ([], []),
        ([frozenset()], WORLD),
        ([frozenset({"uk"})], ["GB"]),
        ([frozenset({"alaska"})], ["US"]),
        ([frozenset({"uk"}), frozenset({"us", "nowhere"})], ["GB", "US"]),
        ([frozenset({"rest"})], ["CA", "FR"]),
    ],
)
def test_a_country_is_reached_where_a_method_delivers_to_a_part_of_it(zones, reached):
    methods = tuple(replace(FLAT, zones=each) for each in zones)
    assert ShippingRules(methods, AREAS).reached_of(WORLD) == reached


def test_a_country_of_which_only_a_region_has_a_zone_is_otherwise_elsewhere():
    areas = {("US", "AK"): "alaska", ("", ""): "rest"}
    method = replace(FLAT, zones=frozenset({"rest"}))
    assert ShippingRules((method,), areas).reached_of(["US"]) == ["US"]


def test_what_the_buyer_comes_for_reaches_no_country():
    assert ShippingRules((replace(FLAT, pickup=True),)).reached_of(WORLD) == []

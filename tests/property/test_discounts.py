"""Identities of discounts: whatever is on offer, the parts are the whole, none of them negative.

Whole baskets under promotions of every action, taxes in both terms and roundings, and currencies
of 0, 2 and 3 decimals.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import cache
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from core.money import Money
from pricing.domain import (
    Basket,
    Buyer,
    Destination,
    EnteredCode,
    Item,
    Kind,
    Promotion,
    Quote,
    Reason,
    Rules,
    ShippingChoice,
    TaxRounding,
    price,
)
from pricing.domain.promotions import (
    Action,
    AmountOff,
    Break,
    Bundle,
    BuyXGetY,
    Conditions,
    FixedPrice,
    FreeShipping,
    Percent,
    PromotionClass,
    QuantityBreaks,
    Target,
    Tier,
    Tiered,
)
from pricing.domain.words import detail_of
from tests.pricing import NOW, taxed

SKUS = [f"SKU-{number}" for number in range(8)]
PRODUCTS = ["mug", "pot"]
CATEGORIES = ["tea", "drinks", "all"]
IDS = [f"{number}" for number in range(6)]

prices = st.integers(0, 12) | st.integers(0, 100_000) | st.integers(0, 10**12)
percents = st.decimals("0.001", 100, places=3) | st.sampled_from([Decimal(10), Decimal(100)])
moments = st.none() | st.sampled_from([NOW - timedelta(days=1), NOW, NOW + timedelta(days=1)])
some = st.frozensets


@cache
def monies(currency: str) -> st.SearchStrategy[Money]:
    """Mostly of the basket's currency."""
    of = st.sampled_from([currency] * 9 + ["CHF"])
    return st.builds(Money, st.integers(1, 20) | st.integers(1, 10**12), of)


def breaks(money: st.SearchStrategy[Money]) -> st.SearchStrategy[Break]:
    """Each has a share or a price."""
    units = st.integers(1, 6)
    return st.builds(Break, units, percent=percents) | st.builds(Break, units, amount=money)


def tiers(money: st.SearchStrategy[Money]) -> st.SearchStrategy[Tier]:
    return st.builds(Tier, money, percent=percents) | st.builds(Tier, money, amount=money)


@cache
def actions(currency: str) -> st.SearchStrategy[Action]:
    money = monies(currency)
    bundled = st.dictionaries(st.sampled_from(SKUS), st.integers(1, 3), min_size=1, max_size=3)
    return st.one_of(
        st.builds(Percent, percents, st.sampled_from(Target)),
        st.builds(AmountOff, money, st.sampled_from(Target)),
        st.builds(FixedPrice, money),
        st.just(FreeShipping()),
        st.builds(BuyXGetY, st.integers(1, 3), st.integers(1, 3), percents),
        st.builds(Tiered, st.lists(tiers(money), min_size=1, max_size=3).map(tuple)),
        st.builds(QuantityBreaks, st.lists(breaks(money), min_size=1, max_size=3).map(tuple)),
        st.builds(Bundle, bundled, money),
    )


@cache
def conditions(currency: str) -> st.SearchStrategy[Conditions]:
    """Mostly none; each at times."""
    free = st.just(Conditions())
    return free | st.builds(
        Conditions,
        min_subtotal=st.none() | monies(currency),
        min_quantity=st.none() | st.integers(1, 20),
        skus=some(st.sampled_from(SKUS), max_size=3),
        products=some(st.sampled_from(PRODUCTS), max_size=1),
        categories=some(st.sampled_from(CATEGORIES), max_size=2),
        countries=some(st.sampled_from(["GB", "FR"]), max_size=1),
        customer_groups=some(st.just("trade")),
        first_order=st.booleans(),
        weekdays=st.sampled_from([frozenset(), frozenset({3}), frozenset({6, 7})]),
    )


@cache
def promotions(currency: str) -> st.SearchStrategy[list[Promotion]]:
    return st.lists(
        st.builds(
            Promotion,
            id=st.sampled_from(IDS),
            title=st.sampled_from(["Spring", "Trade"]),
            action=actions(currency),
            conditions=conditions(currency),
            automatic=st.booleans(),
            priority=st.integers(-1, 1),
            exclusive=st.sampled_from([False, False, False, True]),
            combines_with=st.just(frozenset(PromotionClass))
            | some(st.sampled_from(PromotionClass)),
            starts_at=st.just(None) | moments,
            ends_at=st.just(None) | moments,
        ),
        max_size=6,
        unique_by=lambda promotion: promotion.id,
    )


items = st.builds(
    Item,
    sku=st.sampled_from(SKUS),
    unit_price=prices,
    quantity=st.integers(1, 9) | st.integers(1, 9_999),
    product=st.sampled_from(PRODUCTS),
    categories=some(st.sampled_from(CATEGORIES)),
)
codes = st.builds(
    EnteredCode,
    st.sampled_from(["SPRING", "Spring", "spring", "TRADE", "VIP", "OLD"]),
    st.none() | st.sampled_from(IDS),
)


@st.composite
def purchases(draw: st.DrawFn) -> tuple[Basket, Rules]:
    currency = draw(st.sampled_from(["JPY", "GBP", "KWD"]))
    used_up = st.sampled_from([Reason.EXHAUSTED.value, Reason.CUSTOMER_LIMIT_REACHED.value])
    basket = Basket(
        currency,
        tuple(draw(st.lists(items, max_size=8, unique_by=lambda item: item.sku))),
        codes=tuple(draw(st.lists(codes, max_size=5))),
        used_up=draw(st.dictionaries(st.sampled_from([*IDS, "TRADE"]), used_up, max_size=2)),
        buyer=Buyer(draw(some(st.just("trade"))), draw(st.sampled_from([None, True, False]))),
        destination=draw(st.sampled_from([None, Destination("GB")])),
        shipping=draw(st.none() | st.builds(ShippingChoice, st.just("s"), st.just("S"), prices)),
    )
    rates = st.sampled_from([Decimal(0), Decimal("0.05"), Decimal("0.2"), Decimal("0.081")])
    tax = taxed(draw(rates), draw(st.booleans()), draw(st.sampled_from(TaxRounding)))
    return basket, Rules(tax, draw(promotions(currency)))


def quote_of(purchase: tuple[Basket, Rules]) -> Quote:
    basket, rules = purchase
    return price(basket, rules, now=NOW)


@given(purchases())
def test_the_parts_are_the_totals_and_nothing_is_below_zero(purchase) -> None:
    basket, rules = purchase
    quote = quote_of(purchase)
    totals = quote.totals

    assert min((entry.amount for entry in quote.entries), default=0) >= 0
    by_kind = Counter[tuple[Kind, bool]]()
    for entry in quote.entries:
        by_kind[entry.kind, entry.sku is None] += entry.amount
    shipping = basket.shipping.price if basket.shipping else 0
    assert totals.subtotal == sum(item.subtotal for item in basket.items)
    assert totals.subtotal == by_kind[Kind.PRICE, False]
    assert totals.discount == by_kind[Kind.DISCOUNT, False]
    assert totals.shipping == shipping - by_kind[Kind.DISCOUNT, True] >= 0
    assert totals.tax == by_kind[Kind.TAX, False] + by_kind[Kind.TAX, True]
    net = totals.subtotal - totals.discount + totals.shipping
    assert totals.total == net + (0 if rules.tax.included else totals.tax) >= totals.tax
    for line in quote.lines:
        assert 0 <= line.discount <= line.subtotal
        assert line.discount == sum(entry.amount for entry in line.discounts)
        assert line.tax == sum(entry.amount for entry in line.taxes)
        assert all(entry.base == line.total for entry in line.taxes)
        assert all(entry.amount > 0 for entry in line.discounts)


@given(purchases(), st.randoms(use_true_random=False))
def test_the_order_of_lines_and_of_promotions_is_irrelevant(purchase, random: Random) -> None:
    basket, rules = purchase
    items = random.sample(basket.items, len(basket.items))
    shuffled = replace(rules, promotions=random.sample(rules.promotions, len(rules.promotions)))

    assert quote_of(purchase) == quote_of(purchase)
    again = price(replace(basket, items=tuple(items)), shuffled, now=NOW)

    quote = quote_of(purchase)
    assert again.entries == quote.entries
    assert again.totals == quote.totals
    assert again.explanation == quote.explanation
    assert {line.sku: line for line in again.lines} == {line.sku: line for line in quote.lines}
    assert [line.sku for line in again.lines] == [item.sku for item in items]


@given(purchases())
def test_the_explanation_is_that_of_the_entries(purchase) -> None:
    basket, rules = purchase
    quote = quote_of(purchase)
    explanation = quote.explanation
    by_id = {promotion.id: promotion for promotion in rules.promotions}

    entries = Counter[tuple[str, str, str | None]]()
    for entry in quote.entries:
        if entry.kind is Kind.DISCOUNT:
            entries[entry.source, entry.code, entry.sku] += entry.amount
    explained = Counter[tuple[str, str, str | None]]()
    for applied in explanation.applied:
        assert applied.amount == sum(amount for _, amount in applied.allocations) > 0
        assert applied.title == by_id[applied.id].title
        assert applied.code or by_id[applied.id].automatic
        for sku, amount in applied.allocations:
            explained[applied.id, applied.code, sku] += amount
    assert explained == entries

    applied_codes = [applied.code for applied in explanation.applied if applied.code]
    rejected_codes = [rejected.code for rejected in explanation.rejected]
    assert sorted(applied_codes + rejected_codes) == sorted(explanation.submitted)
    assert rejected_codes == [code for code in explanation.submitted if code in rejected_codes]
    folded = {entered.code.casefold() for entered in basket.codes}
    assert len(explanation.submitted) == len(folded)
    applied_ids = {applied.id for applied in explanation.applied}
    assert len(applied_ids) == len(explanation.applied)
    assert applied_ids.isdisjoint(near.id for near in explanation.near)
    for rejected in (*explanation.rejected, *explanation.near):
        minimums = {Reason.MINIMUM_NOT_MET, Reason.QUANTITY_NOT_MET}
        assert (rejected.reason in minimums) is bool(rejected.missing)
        assert detail_of(rejected, basket.currency)
    assert all(by_id[near.id].automatic for near in explanation.near)


@given(purchases())
def test_those_that_apply_combine_pair_by_pair(purchase) -> None:
    _, rules = purchase
    by_id = {promotion.id: promotion for promotion in rules.promotions}
    applied = [by_id[each.id] for each in quote_of(purchase).explanation.applied]

    assert len(applied) == 1 or not any(promotion.exclusive for promotion in applied)
    for one in applied:
        for other in applied:
            assert one is other or kind(other) in one.combines_with


def kind(promotion: Promotion) -> PromotionClass:
    match promotion.action:
        case FreeShipping():
            return PromotionClass.SHIPPING
        case Tiered():
            return PromotionClass.ORDER
        case Percent(target=target) | AmountOff(target=target) if target is not Target.LINES:
            return PromotionClass(target.value)
        case _:
            return PromotionClass.PRODUCT


@given(purchases())
def test_meeting_what_is_missing_makes_what_is_near_apply_or_take_nothing(purchase) -> None:
    """Of one automatic promotion for everything: the missing amount is exact, not one less."""
    basket, rules = purchase
    [alone] = [each for each in rules.promotions if each.automatic][:1] or [None]
    if alone is None or alone.id in basket.used_up or not basket.items:
        return
    spend = replace(alone, conditions=replace(alone.conditions, min_quantity=None))
    quote = price(basket, Rules(promotions=[spend]), now=NOW)
    if [near.reason for near in quote.explanation.near] != [Reason.MINIMUM_NOT_MET]:
        return
    [near] = quote.explanation.near
    selected = Conditions(
        skus=alone.conditions.skus,
        products=alone.conditions.products,
        categories=alone.conditions.categories,
    )
    first = next(item for item in basket.items if names(selected, item))

    def with_more(missing: int) -> Quote:
        single = replace(first, unit_price=first.subtotal + missing, quantity=1)
        items = (single if item is first else item for item in basket.items)
        return price(replace(basket, items=tuple(items)), Rules(promotions=[spend]), now=NOW)

    assert Reason.MINIMUM_NOT_MET in {
        each.reason for each in with_more(near.missing - 1).explanation.near
    }
    assert not any(
        each.reason is Reason.MINIMUM_NOT_MET for each in with_more(near.missing).explanation.near
    )


def names(conditions: Conditions, item: Item) -> bool:
    if not (conditions.skus or conditions.products or conditions.categories):
        return True
    return (
        item.sku in conditions.skus
        or item.product in conditions.products
        or bool(item.categories & conditions.categories)
    )

"""What is wrong with a promotion is said value by value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.money import MAX_AMOUNT, Money
from pricing.domain.promotion_bodies import read_action, read_conditions, require_promotion
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
    QuantityBreaks,
    Target,
    Tier,
    Tiered,
)
from pricing.errors import InvalidPromotion

TEN_POUNDS = {"amount": 1_000, "currency": "GBP"}
FIFTY = {"amount": 5_000, "currency": "GBP"}
PERCENT = {"type": "percent", "percent": "10"}


@pytest.mark.parametrize(
    ("body", "action"),
    [
        (PERCENT, Percent(Decimal(10))),
        (PERCENT | {"target": "shipping", "percent": "12.5"},
         Percent(Decimal("12.5"), Target.SHIPPING)),
        ({"type": "amount", "amount": TEN_POUNDS, "target": "lines"},
         AmountOff(Money(1_000, "GBP"), Target.LINES)),
        ({"type": "fixed_price", "amount": TEN_POUNDS, "target": "lines"},
         FixedPrice(Money(1_000, "GBP"))),
        ({"type": "free_shipping"}, FreeShipping()),
        ({"type": "buy_x_get_y", "buy": 2, "get": 1}, BuyXGetY(2, 1, Decimal(100))),
        ({"type": "tiered", "tiers": [{"min_subtotal": TEN_POUNDS, "percent": "5"},
                                      {"min_subtotal": FIFTY, "amount": TEN_POUNDS}]},
         Tiered((Tier(Money(1_000, "GBP"), percent=Decimal(5)),
                 Tier(Money(5_000, "GBP"), amount=Money(1_000, "GBP"))))),
        ({"type": "quantity_breaks", "breaks": [{"min_quantity": 3, "percent": "5"}]},
         QuantityBreaks((Break(3, percent=Decimal(5)),))),
        ({"type": "bundle", "items": [{"sku": "A", "quantity": 1}, {"sku": "B", "quantity": 2}],
          "amount": FIFTY}, Bundle({"A": 1, "B": 2}, Money(5_000, "GBP"))),
    ],
)  # fmt: skip
def test_each_type_of_action_is_read(body: dict[str, Any], action: Action) -> None:
    assert read_action(body) == action


def test_conditions_are_read() -> None:
    body = {
        "min_subtotal": FIFTY,
        "min_quantity": 3,
        "categories": ["mugs"],
        "countries": ["GB", "IE"],
        "first_order": True,
        "weekdays": [6, 7],
    }

    assert read_conditions(body) == Conditions(
        min_subtotal=Money(5_000, "GBP"),
        min_quantity=3,
        categories=frozenset({"mugs"}),
        countries=frozenset({"GB", "IE"}),
        first_order=True,
        weekdays=frozenset({6, 7}),
    )
    assert read_conditions({}) == Conditions()


def faults_of(action: dict[str, Any], **others: Any) -> list[tuple[str, str]]:
    given = {"conditions": {}, "starts_at": None, "ends_at": None} | others
    with pytest.raises(InvalidPromotion) as refused:
        require_promotion(action=action, **given)
    return [(error.pointer, error.code) for error in refused.value.errors]


def tier(least: int, currency: str = "GBP", **off: Any) -> dict[str, Any]:
    return {"min_subtotal": {"amount": least, "currency": currency}, **off}


@pytest.mark.parametrize(
    ("action", "faults"),
    [
        (PERCENT | {"percent": "0"}, [("/action/percent", "min_value")]),
        (PERCENT | {"percent": "-5"}, [("/action/percent", "min_value")]),
        (PERCENT | {"percent": "100.01"}, [("/action/percent", "max_value")]),
        (PERCENT | {"percent": "10.12345"}, [("/action/percent", "max_decimal_places")]),
        *[(PERCENT | {"percent": text}, [("/action/percent", "invalid")])
          for text in ("ten", "", "NaN", "Infinity", "1e", "10%")],
        (PERCENT | {"amount": TEN_POUNDS}, [("/action/amount", "not_of_type")]),
        ({"type": "percent"}, [("/action/percent", "needed_by_type")]),
        ({"type": "amount", "amount": {"amount": 0, "currency": "GBP"}},
         [("/action/amount/amount", "min_value")]),
        ({"type": "amount", "amount": {"amount": -1, "currency": "GBP"}},
         [("/action/amount/amount", "min_value")]),
        ({"type": "amount", "amount": {"amount": MAX_AMOUNT + 1, "currency": "GBP"}},
         [("/action/amount/amount", "max_value")]),
        ({"type": "amount", "amount": {"amount": 1, "currency": "XXX"}},
         [("/action/amount/currency", "unknown_currency")]),
        ({"type": "fixed_price", "amount": TEN_POUNDS, "target": "order"},
         [("/action/target", "invalid_choice")]),
        ({"type": "free_shipping", "percent": "5"}, [("/action/percent", "not_of_type")]),
        ({"type": "buy_x_get_y", "buy": 2}, [("/action/get", "needed_by_type")]),
        ({"type": "buy_x_get_y", "buy": 2, "get": 1, "percent": "101"},
         [("/action/percent", "max_value")]),
        ({"type": "tiered", "tiers": []}, [("/action/tiers", "needed_by_type")]),
        ({"type": "tiered", "tiers": [tier(5, percent="5"), tier(5, percent="6")]},
         [("/action/tiers/1/min_subtotal/amount", "not_ascending")]),
        ({"type": "tiered", "tiers": [tier(5, percent="5"), tier(6, "EUR", percent="6")]},
         [("/action/tiers/1/min_subtotal/currency", "currency_mismatch")]),
        ({"type": "tiered", "tiers": [tier(5)]}, [("/action/tiers/0", "one_of")]),
        ({"type": "tiered", "tiers": [tier(5, percent="5", amount=TEN_POUNDS)]},
         [("/action/tiers/0", "one_of")]),
        ({"type": "quantity_breaks", "breaks": [{"min_quantity": 3, "percent": "5"},
                                                {"min_quantity": 2, "percent": "9"}]},
         [("/action/breaks/1/min_quantity", "not_ascending")]),
        ({"type": "bundle", "items": [{"sku": "A", "quantity": 1}, {"sku": "A", "quantity": 1}],
          "amount": FIFTY},
         [("/action/items/1/sku", "duplicate"), ("/action/items", "too_few")]),
    ],
)  # fmt: skip
def test_an_action_that_is_wrong_says_where(
    action: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    assert faults_of(action) == faults


def test_all_that_is_wrong_is_said_at_once() -> None:
    now = datetime(2026, 7, 1, tzinfo=UTC)

    assert faults_of(
        PERCENT | {"percent": "200"},
        conditions={
            "countries": ["GB", "gb", "GBR"],
            "min_subtotal": {"amount": 0, "currency": "X"},
        },
        starts_at=now,
        ends_at=now - timedelta(days=1),
    ) == [
        ("/action/percent", "max_value"),
        ("/conditions/countries/1", "invalid"),
        ("/conditions/countries/2", "invalid"),
        ("/conditions/min_subtotal/amount", "min_value"),
        ("/conditions/min_subtotal/currency", "unknown_currency"),
        ("/ends_at", "dates_reversed"),
    ]


def test_a_moment_is_no_time_to_apply() -> None:
    now = datetime(2026, 7, 1, tzinfo=UTC)

    assert faults_of(PERCENT, starts_at=now, ends_at=now) == [("/ends_at", "dates_reversed")]

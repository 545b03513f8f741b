"""What pricing costs grows with the lines and with the promotions, and not with their product."""

from __future__ import annotations

import sys
from collections.abc import Callable
from decimal import Decimal

from pricing.domain import Basket, Item, Promotion, Rules, price
from pricing.domain.promotions import Percent, Target
from tests.pricing import NOW, by_code, gbp, promotion

TENTH = Percent(Decimal(10), Target.LINES)


def basket(lines: int) -> Basket:
    items = (Item(f"SKU-{number:04}", 100 + number, 2, f"p{number}") for number in range(lines))
    return Basket("GBP", tuple(items))


def steps(lines: int, make: Callable[[int], Promotion], promotions: int) -> int:
    """Count the lines of code that run, which no load of the machine changes."""
    count = 0

    def trace(frame, event, argument):
        nonlocal count
        count += event == "line"
        return trace

    rules = Rules(promotions=[make(number) for number in range(promotions)])
    to_price = basket(lines)
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        price(to_price, rules, now=NOW)
    finally:
        sys.settrace(before)
    return count


def for_all(number: int) -> Promotion:
    return promotion(TENTH, f"{number:04}")


def for_one_product(number: int) -> Promotion:
    return promotion(TENTH, f"{number:04}", products=frozenset({f"p{number}"}))


def of_no_use(number: int) -> Promotion:
    return promotion(TENTH, f"{number:04}", min_subtotal=gbp(10**9))


def with_a_code(number: int) -> Promotion:
    return by_code(TENTH, f"{number:04}")


def test_it_is_linear_in_lines() -> None:
    hundred, thousand = (steps(lines, for_all, 10) for lines in (100, 1_000))
    assert thousand < 11 * hundred


def test_it_is_linear_in_promotions() -> None:
    ten, hundred = (steps(100, for_all, promotions) for promotions in (10, 100))
    assert hundred < 11 * ten


def test_lines_that_a_promotion_does_not_name_are_not_looked_at_for_it() -> None:
    """Nor are they for one that does not apply, or whose code was not entered."""
    lines = promotions = 500
    for make in (for_one_product, of_no_use, with_a_code):
        extra = steps(lines, make, promotions) - steps(lines, make, 0)
        assert extra / promotions < lines / 2, make.__name__

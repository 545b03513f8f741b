"""What pricing costs: milliseconds of CPU by the number of lines and of promotions.

    python bench/pricing.py [--rounds 20]

Pure Python, no database. Each figure is the least of the rounds. `mixed` are promotions of every
action, some for everything, most for a category or a product, a few out of date, as a shop has
them; `all on all` each take something off every line, the worst there is.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from core.money import Money
from pricing.domain import (
    Basket,
    Destination,
    Item,
    Promotion,
    Rules,
    ShippingChoice,
    TaxRate,
    TaxRules,
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
    QuantityBreaks,
    Target,
    Tier,
    Tiered,
)

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
CATEGORIES = 20


def pounds(amount: int) -> Money:
    return Money(amount, "GBP")


ACTIONS: Sequence[Action] = (
    Percent(Decimal(5)),
    Percent(Decimal("7.5"), Target.LINES),
    AmountOff(pounds(500)),
    AmountOff(pounds(3), Target.LINES),
    FixedPrice(pounds(150)),
    BuyXGetY(2, 1),
    Tiered((Tier(pounds(50_00), Decimal(2)), Tier(pounds(500_00), amount=pounds(20_00)))),
    QuantityBreaks((Break(3, Decimal(2)), Break(6, Decimal(4)))),
    Bundle({"SKU-0001": 1, "SKU-0002": 1}, pounds(100)),
    FreeShipping(),
)


def basket_of(lines: int) -> Basket:
    items = (
        Item(
            sku=f"SKU-{number:04}",
            unit_price=95 + number * 37 % 5000,
            quantity=1 + number % 9,
            product=f"product-{number // 3}",
            categories=frozenset({"all", f"category-{number % CATEGORIES}"}),
        )
        for number in range(lines)
    )
    shipping = ShippingChoice("standard", "Standard", 395)
    return Basket("GBP", tuple(items), destination=Destination("GB"), shipping=shipping)


def mixed(promotions: int) -> list[Promotion]:
    """Make promotions of every action; of fifty, ten are for everything, ten hold no more."""
    made = []
    for number in range(promotions):
        action = ACTIONS[number % len(ACTIONS)]
        category = frozenset({f"category-{number % CATEGORIES}"})
        conditions = (
            Conditions(),
            Conditions(categories=category),
            Conditions(categories=category),
            Conditions(products=frozenset({f"product-{number}"})),
            Conditions(min_subtotal=pounds(10**9)),
        )[number // len(ACTIONS) % 5]
        ends_at = NOW if number % 7 == 6 else None
        made.append(
            Promotion(f"{number:06}", f"Promotion {number}", action, conditions, ends_at=ends_at)
        )
    return made


def all_on_all(promotions: int) -> list[Promotion]:
    actions = (Percent(Decimal(1)), Percent(Decimal(1), Target.LINES))
    return [
        Promotion(f"{number:06}", f"Promotion {number}", actions[number % 2])
        for number in range(promotions)
    ]


def milliseconds(lines: int, promotions: Sequence[Promotion], rounds: int) -> float:
    """Return the CPU time of pricing once."""
    basket = basket_of(lines)
    rules = Rules(TaxRules(TaxRate(Decimal("0.2"), "VAT"), included=True), promotions)
    taken = []
    for _ in range(rounds):
        started = time.process_time_ns()
        price(basket, rules, now=NOW)
        taken.append(time.process_time_ns() - started)
    return min(taken) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    shops: dict[str, Callable[[int], list[Promotion]]] = {"mixed": mixed, "all on all": all_on_all}
    print(f"{'lines':>6} {'promotions':>10} " + " ".join(f"{name:>12}" for name in shops))
    by_lines = [(lines, 50) for lines in (1, 10, 100, 250, 500, 592, 1000)]
    by_promotions = [(592, promotions) for promotions in (0, 1, 10, 100, 250, 500, 1000)]
    for lines, promotions in (*by_lines, *by_promotions):
        figures = [milliseconds(lines, make(promotions), rounds) for make in shops.values()]
        print(f"{lines:6} {promotions:10} " + " ".join(f"{figure:9.2f} ms" for figure in figures))


if __name__ == "__main__":
    main()

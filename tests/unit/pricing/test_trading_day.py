"""A real trading day under promotions of many kinds: every invoice adds up, and so does the day."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from pricing.domain import Basket, Item, Rules, ShippingChoice, TaxRounding, price
from pricing.domain.promotions import (
    AmountOff,
    Break,
    BuyXGetY,
    FreeShipping,
    Percent,
    QuantityBreaks,
    Target,
    Tier,
    Tiered,
)
from tests.pricing import NOW, gbp, promotion, taxed

DAY = Path(__file__).parents[4] / "shared/data/online-retail/2010-12-01.csv"
PROMOTIONS = [
    promotion(Percent(Decimal("7.5"), Target.LINES), "1", min_quantity=10),
    promotion(QuantityBreaks((Break(12, Decimal(3)), Break(48, amount=gbp(25)))), "2"),
    promotion(BuyXGetY(5, 1, Decimal(50)), "3", skus=frozenset({"85123A@255", "22423@1275"})),
    promotion(Tiered((Tier(gbp(100_00), Decimal(5)), Tier(gbp(500_00), Decimal(10)))), "4"),
    promotion(AmountOff(gbp(3_33)), "5"),
    promotion(FreeShipping(), "6", min_subtotal=gbp(300_00)),
]


def baskets() -> list[Basket]:
    """Read the day's invoices; a SKU is an article at its price, in pence."""
    units: defaultdict[str, Counter[tuple[str, int]]] = defaultdict(Counter)
    with DAY.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if not row["InvoiceNo"].startswith("C") and int(row["Quantity"]) > 0:
                unit_price = int(Decimal(row["UnitPrice"]) * 100)
                units[row["InvoiceNo"]][row["StockCode"], unit_price] += int(row["Quantity"])
    return [
        Basket(
            "GBP",
            tuple(
                Item(f"{article}@{unit_price}", unit_price, quantity)
                for (article, unit_price), quantity in bought.items()
            ),
            shipping=ShippingChoice("standard", "Standard", 3_95),
        )
        for bought in units.values()
    ]


@pytest.mark.skipif(not DAY.exists(), reason="the trading day is not here")
@pytest.mark.parametrize("rounding", TaxRounding)
def test_a_trading_day_under_promotions_adds_up(rounding: TaxRounding) -> None:
    rules = Rules(taxed(Decimal("0.2"), included=True, rounding=rounding), PROMOTIONS)
    given: Counter[str] = Counter()
    discounted = 0
    for basket in baskets():
        quote = price(basket, rules, now=NOW)
        totals = quote.totals
        net = sum(line.total - line.tax for line in quote.lines) + totals.shipping
        net -= sum(entry.amount for entry in quote.shipping_taxes)
        assert totals.total == net + totals.tax
        assert totals.subtotal == sum(item.subtotal for item in basket.items)
        assert totals.total == totals.subtotal - totals.discount + totals.shipping
        given.update({each.id: each.amount for each in quote.explanation.applied})
        discounted += totals.discount + 3_95 - totals.shipping
    assert given.total() == discounted
    assert sorted(given) == [each.id for each in PROMOTIONS]

"""A price as a ledger: every entry of a small basket, and the sums that are its totals."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from pricing.domain import Entry, Kind, PricedLine, Rules, Totals, price
from pricing.domain.promotions import FreeShipping, Percent
from tests.pricing import NOW, basket_of, by_code, promotion, taxed, with_codes


def test_every_amount_says_what_it_is_and_what_of() -> None:
    """Two at 10.00 and one at 5.00 less 10 % by a code, shipping 3.95 less all of it, VAT 20 %."""
    basket = with_codes(basket_of([(10_00, 2), (5_00, 1)], shipping=3_95), {"Ten": "1"})
    promotions = [by_code(Percent(Decimal(10)), "1"), promotion(FreeShipping(), "2")]

    quote = price(basket, Rules(taxed(Decimal("0.2")), promotions), now=NOW)

    first, second = "SKU-0000", "SKU-0001"
    discounts = [
        Entry(Kind.DISCOUNT, first, 2_00, "1", "Promotion 1", "Ten"),
        Entry(Kind.DISCOUNT, second, 50, "1", "Promotion 1", "Ten"),
    ]
    assert [entry for entry in quote.entries if entry.kind is not Kind.TAX] == [
        Entry(Kind.PRICE, first, 20_00, "unit_price", base=10_00),
        Entry(Kind.PRICE, second, 5_00, "unit_price", base=5_00),
        Entry(Kind.SHIPPING, None, 3_95, "standard", "Standard"),
        *discounts,
        Entry(Kind.DISCOUNT, None, 3_95, "2", "Promotion 2"),
    ]
    taxes = [entry for entry in quote.entries if entry.kind is Kind.TAX]
    assert [(tax.sku, tax.base, tax.amount) for tax in taxes] == [
        (first, 18_00, 3_60),
        (second, 4_50, 90),
        (None, 0, 0),
    ]
    assert quote.lines == (
        PricedLine(first, 20_00, 2_00, 3_60, (discounts[0],), (taxes[0],)),
        PricedLine(second, 5_00, 50, 90, (discounts[1],), (taxes[1],)),
    )
    assert quote.totals == Totals(25_00, 2_50, 0, 4_50)
    assert quote.totals.total == 27_00
    assert quote.shipping_taxes == [taxes[2]]


def test_included_tax_adds_nothing_to_what_is_charged() -> None:
    basket = basket_of([(10_00, 2)], shipping=4_00)
    totals = price(basket, Rules(taxed(Decimal("0.2"), included=True)), now=NOW).totals
    assert totals == Totals(20_00, 0, 4_00, 4_00, tax_included=True)
    assert totals.total == 24_00


def test_lines_come_in_the_order_of_the_basket() -> None:
    basket = basket_of([(10_00, 1), (5_00, 1)])
    backwards = replace(basket, items=basket.items[::-1])
    quote = price(backwards, Rules(), now=NOW)
    assert [line.sku for line in quote.lines] == ["SKU-0001", "SKU-0000"]
    assert [entry.sku for entry in quote.entries] == ["SKU-0000", "SKU-0001"]

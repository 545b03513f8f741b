"""A price as a ledger: every entry of a small basket, and the sums that are its totals."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from pricing.domain import Entry, Kind, PricedLine, Rules, TaxRules, Totals, price, taxes_by_rate
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


def test_a_line_keeps_what_was_taken_off_it_and_its_taxes_as_json() -> None:
    """Stored with orders, so that no name in it ever changes."""
    basket = with_codes(basket_of([(10_00, 1)]), {"Ten": "1"})
    rules = Rules(taxed(Decimal("0.20")), [by_code(Percent(Decimal(10)))])

    [line] = price(basket, rules, now=NOW).lines

    assert [entry.as_discount() for entry in line.discounts] == [
        {"promotion": "1", "title": "Promotion 1", "code": "Ten", "amount": 1_00}
    ]
    assert [entry.as_tax() for entry in line.taxes] == [
        {"title": "VAT", "rate": "0.20", "base": 9_00, "amount": 1_80, "source": ""}
    ]


def test_taxes_add_up_where_rate_title_and_source_are_the_same() -> None:
    tax = {"title": "VAT", "rate": "0.2", "source": "table", "base": 10_00, "amount": 2_00}
    others = [{**tax, "rate": "0.05"}, {**tax, "title": "GST"}, {**tax, "source": "estimate"}]
    twice = [tax, *others, {**tax, "base": 5_00, "amount": 1_00}]

    assert taxes_by_rate(twice) == [{**tax, "base": 15_00, "amount": 3_00}, *others]
    assert tax["base"] == 10_00  # what is added up stays as it is


def test_the_taxes_of_a_whole_are_those_of_its_lines_and_of_its_shipping() -> None:
    quote = price(basket_of([(10_00, 1)], shipping=5_00), Rules(taxed(Decimal("0.2"))), now=NOW)
    assert quote.taxes == [
        {"title": "VAT", "rate": "0.2", "base": 15_00, "amount": 3_00, "source": ""}
    ]


def test_rules_for_prices_with_their_tax_differ_in_nothing_else() -> None:
    rules = Rules(taxed(Decimal("0.2")), [promotion(FreeShipping())])
    gross = rules.with_tax(included=True)

    assert gross.tax == TaxRules(rules.tax.flat, included=True, rounding=rules.tax.rounding)
    assert gross.promotions == rules.promotions
    assert gross.with_tax(included=False) == rules

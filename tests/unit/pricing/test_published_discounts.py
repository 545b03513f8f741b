"""Discounts that others publish with their figures, in cents.

Shopify: help.shopify.com/en/manual/discounts/combining-discounts/examples, read 2026-11.
Stripe: the `amount_off` and `percent_off` of a coupon in its API reference, read 2026-11.
commercetools: docs.commercetools.com/certifications/composable-commerce-functional-refresher-2026,
pricing-and-discounts, and the multi-buy target of its Cart Discounts API, read 2026-11.
Elastic Path: developer.elasticpath.com/guides/How-To/promotions-builder, read 2026-11.
Flexprice: docs.flexprice.io/docs/invoices/billing-calculation-order, read 2026-11.
Shopify's FinancialSummaryDiscountAllocation: shopify.dev/docs/api/admin-graphql, read 2026-11.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from core.money import Money, split
from pricing.domain import Item, Promotion, Quote, Rules, ShippingChoice, price
from pricing.domain.promotions import (
    Action,
    AmountOff,
    BuyXGetY,
    FreeShipping,
    Percent,
    Target,
)
from tests.pricing import NOW, basket_of, off, promotion, taxed

OUTFIT = replace(
    basket_of([]),
    currency="USD",
    items=(
        Item("pants", 100_00, 1),
        Item("shirts", 50_00, 1),
        Item("boots", 200_00, 1),
    ),
    shipping=ShippingChoice("standard", "Standard", 20_00),
)


def usd(amount: int) -> Money:
    return Money(amount, "USD")


def of(sku: str, action: Action, name: str) -> Promotion:
    return promotion(action, name, skus=frozenset({sku}))


def quoted(*promotions: Promotion) -> Quote:
    return price(OUTFIT, Rules(promotions=promotions), now=NOW)


def invoice(amount: int, *promotions: Promotion) -> int:
    basket = replace(basket_of([(amount, 1)]), currency="USD")
    return price(basket, Rules(promotions=promotions), now=NOW).totals.total


def test_shopify_amounts_off_two_products_and_free_shipping() -> None:
    quote = quoted(
        of("pants", AmountOff(usd(20_00), Target.LINES), "20offPants"),
        of("shirts", AmountOff(usd(10_00), Target.LINES), "10offShirts"),
        promotion(FreeShipping(), "Freeship100", min_subtotal=usd(100_00)),
    )
    assert [line.total for line in quote.lines] == [80_00, 40_00, 200_00]
    assert (quote.totals.shipping, quote.totals.total) == (0, 320_00)


def test_shopify_an_amount_off_a_product_then_a_share_of_the_order() -> None:
    quote = quoted(
        promotion(Percent(Decimal(10)), "10offOrder", priority=1),
        of("pants", AmountOff(usd(20_00), Target.LINES), "20offPants"),
    )
    totals = quote.totals
    assert totals.subtotal - totals.discount == 297_00
    assert totals.total == 317_00


def test_shopify_a_share_of_the_order_then_an_amount_off_it() -> None:
    """350.00 less 10 % is 315.00, less 20.00 is 295.00; priority says which is first."""
    quote = quoted(
        promotion(AmountOff(usd(20_00)), "20offOrder"),
        promotion(Percent(Decimal(10)), "10offOrder", priority=1),
    )
    assert quote.totals.subtotal - quote.totals.discount == 295_00


def test_a_second_share_of_the_order_is_of_what_the_first_left_other_than_shopifys() -> None:
    """Shopify takes both of 350.00, to 262.50; here as at Flexprice each takes of the rest."""
    tenth, more = Percent(Decimal(10)), Percent(Decimal(15))
    quote = quoted(promotion(tenth, "10offOrder"), promotion(more, "15offOver200"))
    assert quote.totals.subtotal - quote.totals.discount == 267_75
    assert invoice(100_00, promotion(tenth, "a"), promotion(tenth, "b")) == 81_00


def test_stripe_an_amount_off_takes_no_more_than_the_invoice() -> None:
    coupon = promotion(AmountOff(usd(200_00)))
    assert invoice(100_00, coupon) == 0
    assert invoice(300_00, coupon) == 100_00


def test_stripe_half_off_a_hundred_is_fifty() -> None:
    assert invoice(100_00, promotion(Percent(Decimal(50)))) == 50_00


def test_flexprice_a_line_then_the_whole_then_tax_on_what_is_left() -> None:
    """80.00 less 25 %, with 20.00, less 10.00: 70.00, whose tax at 8.25 % is 5.78."""
    basket = replace(
        basket_of([]),
        currency="USD",
        items=(Item("api-calls", 80_00, 1), Item("flat-fee", 20_00, 1)),
    )
    promotions = (
        of("api-calls", Percent(Decimal(25), Target.LINES), "line"),
        promotion(AmountOff(usd(10_00)), "whole"),
    )
    totals = price(basket, Rules(taxed(Decimal("0.0825")), promotions), now=NOW).totals
    assert totals.subtotal - totals.discount == 70_00
    assert totals.tax == 5_78


def test_commercetools_30_percent_off_a_table_then_10_percent_off_the_reduced_price() -> None:
    """259.99 EUR becomes 181.99; a cart discount is of that."""
    basket = replace(basket_of([(259_99, 1)]), currency="EUR")
    sale = promotion(Percent(Decimal(30), Target.LINES), "sale")
    coupon = promotion(Percent(Decimal(10)), "coupon")

    assert price(basket, Rules(promotions=[sale]), now=NOW).totals.total == 181_99
    stacked = price(basket, Rules(promotions=[coupon, sale]), now=NOW)
    assert [applied.amount for applied in stacked.explanation.applied] == [78_00, 18_20]


def test_commercetools_multi_buy_of_the_cheapest() -> None:
    """`triggerQuantity` 3, `discountedQuantity` 1, `selectionMode` Cheapest, 100 % off."""
    basket = basket_of([(30_00, 1), (20_00, 1), (10_00, 2), (5_00, 2)])
    quote = price(basket, Rules(promotions=[promotion(BuyXGetY(2, 1))]), now=NOW)
    assert off(quote) == [0, 0, 0, 10_00]


def test_elastic_path_the_two_cheapest_pairs_of_socks_are_free() -> None:
    socks = basket_of([(10_99, 1), (9_99, 1), (15_00, 1)])
    quote = price(socks, Rules(promotions=[promotion(BuyXGetY(1, 2))]), now=NOW)
    assert off(quote) == [10_99, 9_99, 0]


def test_four_cents_on_three_units_are_never_fractions() -> None:
    """Shopify's allocation of 4 cents on 3 units: 1, 1 and 2."""
    assert sorted(split(4, [1, 1, 1])) == [1, 1, 2]

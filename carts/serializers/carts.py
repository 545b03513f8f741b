"""Serializers of carts."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from carts.domain import CartStatus, CartView, OfferedLine
from core.bodies import discounts_body, taxes_body, totals_body
from core.http.explanations import (
    DiscountOutput,
    TaxOutput,
)
from core.http.fields import (
    CurrencyField,
    Input,
    MoneyOutput,
    Output,
    StrictIntegerField,
    StrictListField,
)
from core.http.serializers import (
    ItemInput,
    LineProductOutput,
    MessageOutput,
    TotalsOutput,
)
from core.items import MAX_LINES, MAX_QUANTITY
from core.money import money_body
from pricing.domain import PricedLine, coupon_bodies, promotions_body
from pricing.models import explanation_body
from pricing.serializers.explanations import (
    CouponOutput,
    PromotionsOutput,
)


class CartInput(Input):
    """A new cart, in the shop's currency unless another is named."""

    examples = {"currency": "GBP", "items": ...}

    currency = CurrencyField(required=False)
    items = StrictListField(child=ItemInput(), required=False, max_length=MAX_LINES)


class ItemsInput(Input):
    """All lines that the cart is to hold."""

    items = StrictListField(child=ItemInput(), max_length=MAX_LINES)


class QuantityInput(Input):
    """New units of a line; 0 removes it."""

    examples = {"quantity": 3}

    quantity = StrictIntegerField(min_value=0, max_value=MAX_QUANTITY)


class CartItemOutput(Output):
    """A line at today's price; `total` is after discount."""

    examples = {
        "sku": "MUG-BLUE",
        "title": "Stoneware Mug – Blue",
        "options": {"Color": "Blue"},
        "quantity": 2,
        "discount": money_body(0, "GBP"),
        "tax": money_body(0, "GBP"),
        "total": money_body(3998, "GBP"),
        "discounts": [],
        "taxes": [],
        "available": 12,
    }

    id = serializers.UUIDField()
    sku = serializers.CharField()
    title = serializers.CharField()
    product = LineProductOutput()
    options = serializers.DictField(child=serializers.CharField())
    quantity = serializers.IntegerField()
    unit_price = MoneyOutput()
    discount = MoneyOutput()
    tax = MoneyOutput()
    total = MoneyOutput()
    discounts = DiscountOutput(many=True, help_text="What `discount` sums up.")
    taxes = TaxOutput(many=True, help_text="What `tax` sums up.")
    available = serializers.IntegerField(help_text="Units that could be bought now.")


class CartOutput(Output):
    """A cart."""

    examples = {"version": 3, "currency": "GBP", "taxes": []}

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=[status.value for status in CartStatus])
    version = serializers.IntegerField()
    currency = serializers.CharField()
    items = CartItemOutput(many=True)
    coupons = CouponOutput(many=True)
    promotions = PromotionsOutput()
    totals = TotalsOutput()
    taxes = TaxOutput(many=True, help_text="`totals.tax` by rate, that on shipping included.")
    prices_include_tax = serializers.BooleanField()
    messages = MessageOutput(many=True)
    expires_at = serializers.DateTimeField()


class NewCartOutput(CartOutput):
    """A new cart; a guest's carries the secret token that proves it, this once."""

    examples = {**CartOutput.examples, "token": "Wm9yYS1hbmQtQWRhLWdvLXNob3BwaW5nLWZvci10ZWE"}

    token = serializers.CharField(required=False)


def cart_body(cart: CartView) -> dict[str, Any]:
    """Render `CartOutput`."""
    currency = cart.currency
    explanation = explanation_body(cart.quote.explanation)
    priced = {line.sku: line for line in cart.quote.lines}
    return {
        "id": cart.id,
        "status": cart.status,
        "version": cart.version,
        "currency": currency,
        "items": [_item_body(line, priced.get(line.offer.sku), currency) for line in cart.lines],
        "coupons": coupon_bodies(explanation, currency),
        "promotions": promotions_body(explanation, currency),
        "totals": totals_body(cart.totals, currency),
        "taxes": taxes_body(cart.quote.taxes, currency),
        "prices_include_tax": cart.totals.tax_included,
        "messages": [asdict(message) for message in cart.messages],
        "expires_at": cart.expires_at,
    }


def _item_body(line: OfferedLine, priced: PricedLine | None, currency: str) -> dict[str, Any]:
    """Render `CartItemOutput`; what cannot be bought is not priced and shows what it was."""
    return {
        "id": line.id,
        "sku": line.offer.sku,
        "title": line.offer.title,
        "product": line.offer.product_body,
        "options": line.offer.options,
        "quantity": line.quantity,
        "unit_price": money_body(line.unit_price, currency),
        **priced_body(priced, line.total, currency),
        "available": line.offer.available if line.is_for_sale else 0,
    }


def priced_body(priced: PricedLine | None, total: int, currency: str) -> dict[str, Any]:
    """Render what a line costs; one that is not priced comes to `total` minor units."""
    return {
        "discount": money_body(priced.discount if priced else 0, currency),
        "tax": money_body(priced.tax if priced else 0, currency),
        "total": money_body(priced.total if priced else total, currency),
        "discounts": discounts_body(
            (entry.as_discount() for entry in (priced.discounts if priced else ())), currency
        ),
        "taxes": taxes_body(
            (entry.as_tax() for entry in (priced.taxes if priced else ())), currency
        ),
    }

"""Serializers of price lists and their prices."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from catalog.domain import NewListPrice
from catalog.models import ListPrice
from catalog.serializers.fields import SkuField, SlugField
from core.http.fields import (
    CurrencyField,
    Input,
    MoneyInput,
    MoneyOutput,
    Output,
    StrictBooleanField,
    StrictCharField,
    StrictIntegerField,
    StrictListField,
)
from core.items import MAX_QUANTITY
from core.money import Money, money_body
from pricing.models import PriceList

MAX_CODE_LENGTH = 50
MAX_PRIORITY = 32_767
MAX_PRICES = 1_000
TERMS = ("customer_group", "tax_included", "priority", "starts_at", "ends_at", "active")
_TERMS_EXAMPLE = {
    "customer_group": "trade",
    "tax_included": None,
    "priority": 10,
    "starts_at": "2027-01-01T00:00:00Z",
    "ends_at": None,
    "active": True,
}


class PriceListChangesInput(Input):
    """What may be changed of a price list."""

    examples = {"title": "Trade prices", **_TERMS_EXAMPLE}

    title = StrictCharField(max_length=100, required=False)
    customer_group = SlugField(
        max_length=MAX_CODE_LENGTH,
        required=False,
        allow_blank=True,
        help_text="The code of the group of customers that it is for; empty for everyone.",
    )
    tax_included = StrictBooleanField(
        required=False,
        allow_null=True,
        help_text="Whether its prices include tax; null for what the shop's do. When it is not "
        "what theirs do, those whose prices it has are offered no regular prices.",
    )
    priority = StrictIntegerField(
        required=False,
        min_value=-MAX_PRIORITY,
        max_value=MAX_PRIORITY,
        help_text="Of several lists with a price the one with the highest counts.",
    )
    starts_at = serializers.DateTimeField(required=False, allow_null=True)
    ends_at = serializers.DateTimeField(required=False, allow_null=True)
    active = StrictBooleanField(required=False)


class PriceListInput(PriceListChangesInput):
    """A new price list."""

    examples = {"code": "trade-2027", "title": "Trade prices", "currency": "GBP", **_TERMS_EXAMPLE}

    code = SlugField(max_length=MAX_CODE_LENGTH)
    title = StrictCharField(max_length=100)
    currency = CurrencyField()


class PriceListOutput(Output):
    """A price list, without its prices."""

    examples = PriceListInput.examples

    code = serializers.CharField()
    title = serializers.CharField()
    currency = serializers.CharField(min_length=3, max_length=3)
    customer_group = serializers.CharField()
    tax_included = serializers.BooleanField(allow_null=True)
    priority = serializers.IntegerField()
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    active = serializers.BooleanField()


class ListPriceInput(Input):
    """A price in a list."""

    examples = {"sku": "MUG-BLUE", "min_quantity": 10, "starts_at": "2027-01-01T00:00:00Z"}

    sku = SkuField()
    min_quantity = StrictIntegerField(
        min_value=1, max_value=MAX_QUANTITY, default=1, help_text="It is for so many units or more."
    )
    price = MoneyInput(allow_null=True, help_text="Of each unit; null ends the price before it.")
    starts_at = serializers.DateTimeField(required=False, help_text="Now when left out.")


class ListPricesInput(Input):
    """Prices to be added to a list."""

    prices = StrictListField(child=ListPriceInput(), min_length=1, max_length=MAX_PRICES)

    def validate_prices(self, prices: list[dict[str, Any]]) -> list[NewListPrice]:
        """Return the prices. Raises `ValidationError` for one that is there twice."""
        seen: set[Any] = set()
        problems: list[Any] = []
        for price in prices:
            key = (price["sku"], price["min_quantity"], price.get("starts_at"))
            repeated = [ErrorDetail("This price is repeated.", "duplicate")]
            problems.append({"sku": repeated} if key in seen else {})
            seen.add(key)
        if any(problems):
            raise ValidationError(problems)
        return [_new(position, **price) for position, price in enumerate(prices)]


class ListPriceOutput(Output):
    """A price in a list."""

    examples = {**ListPriceInput.examples}

    id = serializers.UUIDField()
    sku = serializers.CharField()
    min_quantity = serializers.IntegerField()
    price = MoneyOutput(allow_null=True, help_text="Null: from then on there is none.")
    starts_at = serializers.DateTimeField()


class ListPricesOutput(Output):
    """The prices that were added, in the order of the request."""

    prices = ListPriceOutput(many=True)


def price_list_body(row: PriceList) -> dict[str, Any]:
    """Render a price list as `PriceListOutput`."""
    return {name: getattr(row, name) for name in ("code", "title", "currency", *TERMS)}


def list_price_body(row: ListPrice) -> dict[str, Any]:
    """Render a price as `ListPriceOutput`; its list and variant are there already."""
    price = None if row.amount is None else money_body(row.amount, row.price_list.currency)
    return {
        "id": row.id,
        "sku": row.variant.sku,
        "min_quantity": row.min_quantity,
        "price": price,
        "starts_at": row.starts_at,
    }


def _new(position: int, price: dict[str, Any] | None, **values: Any) -> NewListPrice:
    return NewListPrice(
        price=None if price is None else Money(**price), position=position, **values
    )

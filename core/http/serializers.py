"""Serializers that several resources share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers

from core.address import ADDRESS_FIELDS, Address
from core.http.explanations import DiscountOutput, TaxOutput
from core.http.fields import (
    Input,
    MoneyOutput,
    Output,
    StrictCharField,
    StrictIntegerField,
)
from core.items import MAX_QUANTITY, ItemRequest
from core.money import Money, money_body

MAX_SKU_LENGTH = 100
_ADDRESS: dict[str, Any] = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "company": "Analytical Engines Ltd",
    "line1": "12 St James's Square",
    "line2": "Second floor",
    "city": "London",
    "region": "",
    "postal_code": "SW1Y 4LB",
    "country_code": "GB",
    "phone": "+44 20 7946 0958",
}


class ItemInput(Input):
    """Some units of a SKU."""

    examples = {"sku": "MUG-BLUE", "quantity": 2}

    sku = StrictCharField(max_length=MAX_SKU_LENGTH)
    quantity = StrictIntegerField(min_value=1, max_value=MAX_QUANTITY)


class CountryCodeField(StrictCharField):
    """Two letters; whether there is such a country, `core.address` knows."""

    def __init__(self, **kwargs: Any) -> None:
        two_letters = RegexValidator("^[A-Za-z]{2}$", "Expected two letters.")
        defaults = {"validators": [two_letters], "help_text": "ISO 3166-1 alpha-2."}
        super().__init__(min_length=2, max_length=2, **{**defaults, **kwargs})


class RegionField(StrictCharField):
    """A region of a country, which `core.address` finds however it is written."""

    def __init__(self, **kwargs: Any) -> None:
        what = "Its name, abbreviation or ISO 3166-2 code, in any of the country's languages."
        super().__init__(max_length=100, **{"help_text": what, **kwargs})


class AddressInput(Input):
    """A postal address; the rules of its country apply, and it is kept in its country's form."""

    examples = _ADDRESS

    first_name = StrictCharField(
        max_length=100,
        required=False,
        allow_blank=True,
        help_text="One of the names, or a company, is enough.",
    )
    last_name = StrictCharField(max_length=100, required=False, allow_blank=True)
    company = StrictCharField(max_length=100, required=False, allow_blank=True)
    line1 = StrictCharField(max_length=200)
    line2 = StrictCharField(max_length=200, required=False, allow_blank=True)
    city = StrictCharField(max_length=100)
    region = RegionField(required=False, allow_blank=True)
    postal_code = StrictCharField(max_length=20, required=False, allow_blank=True)
    country_code = CountryCodeField()
    phone = StrictCharField(max_length=40, required=False, allow_blank=True)


class AddressOutput(Output):
    """A postal address; what was not given is empty."""

    examples = _ADDRESS

    first_name = serializers.CharField()
    last_name = serializers.CharField()
    company = serializers.CharField()
    line1 = serializers.CharField()
    line2 = serializers.CharField()
    city = serializers.CharField()
    region = serializers.CharField()
    postal_code = serializers.CharField()
    country_code = serializers.CharField()
    phone = serializers.CharField()


class MessageOutput(Output):
    """Something to tell the buyer, and which part of the resource it is about."""

    examples = {
        "code": "price_changed",
        "pointer": "/items/0/unit_price",
        "detail": "The price of Stoneware Mug has changed.",
    }

    code = serializers.CharField()
    pointer = serializers.CharField(help_text="JSON pointer (RFC 6901) into this resource.")
    detail = serializers.CharField()


class TotalsOutput(Output):
    """`total` is subtotal − discount + shipping + tax; tax that prices include adds nothing."""

    examples = {
        "subtotal": money_body(3998, "GBP"),
        "discount": money_body(0, "GBP"),
        "shipping": money_body(395, "GBP"),
        "tax": money_body(0, "GBP"),
        "total": money_body(4393, "GBP"),
    }

    subtotal = MoneyOutput()
    discount = MoneyOutput()
    shipping = MoneyOutput()
    tax = MoneyOutput()
    total = MoneyOutput()


class LineProductOutput(Output):
    """The product of a line, for a link back to its page."""

    examples = {"slug": "stoneware-mug", "title": "Stoneware Mug"}

    slug = serializers.CharField()
    title = serializers.CharField()


class LineOutput(Output):
    """A line at its frozen price; `total` is after discount, and without tax unless included."""

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
    }

    id = serializers.UUIDField()
    sku = serializers.CharField()
    title = serializers.CharField()
    product = LineProductOutput(
        allow_null=True, help_text="As it was then; null of orders from before it was kept."
    )
    options = serializers.DictField(
        child=serializers.CharField(), help_text="As they were then; empty of older orders."
    )
    quantity = serializers.IntegerField()
    unit_price = MoneyOutput()
    discount = MoneyOutput()
    tax = MoneyOutput()
    total = MoneyOutput()
    discounts = DiscountOutput(many=True, help_text="What `discount` sums up.")
    taxes = TaxOutput(many=True, help_text="What `tax` sums up.")


def item_requests_from(items: Iterable[Mapping[str, Any]]) -> list[ItemRequest]:
    """Make item requests of the validated `ItemInput`s in a body's `items`."""
    return [
        ItemRequest(item["sku"], item["quantity"], f"/items/{number}/sku")
        for number, item in enumerate(items)
    ]


def address_from(values: Mapping[str, Any]) -> Address:
    """Make an address of a validated `AddressInput`, as it was written."""
    return Address(**{name: values.get(name, "") for name in ADDRESS_FIELDS})


def money_from(values: Mapping[str, Any] | None) -> Money | None:
    """Make money of a validated `MoneyInput`, as the services take it."""
    return Money(values["amount"], values["currency"]) if values else None

"""Serializers of products."""

from __future__ import annotations

import re
from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from catalog.domain import MAX_SLUG_LENGTH, RESERVED, RESERVED_ENDINGS, NewVariant
from core.http.fields import (
    CurrencyField,
    Input,
    MoneyInput,
    MoneyOutput,
    Output,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictDictField,
    StrictIntegerField,
    StrictListField,
    validated,
)
from core.money import Money
from pricing.serializers import TaxClassField

MAX_VARIANTS = 1_000
MAX_OPTIONS = 50
MAX_OPTION_LENGTH = 100
# ISO 4217 has fewer currencies.
MAX_PRICES = 200
MAX_STOCK = 1_000_000
TAX_CLASS = "Which of a country's tax rates holds; `zero` and `exempt` are not taxed anywhere."
_SLUG = re.compile(r"^[\w-]+\Z")


class SlugField(StrictCharField):
    """Letters of any script, digits, hyphens and underscores."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["validators"] = [
            RegexValidator(_SLUG, "Use letters, digits, hyphens and underscores.")
        ]
        super().__init__(**{"max_length": MAX_SLUG_LENGTH, **kwargs})


class SkuField(StrictCharField):
    """A stock keeping unit: printable text without line breaks, no ending of our paths."""

    multiline = True  # so that a line break is seen, and refused

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 100, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        sku = super().to_internal_value(data)
        if not sku.isprintable():
            raise ValidationError("Use printable characters.", "not_printable")
        if sku.endswith(RESERVED_ENDINGS):
            raise ValidationError(RESERVED, "reserved")
        return sku


class OptionInput(Input):
    """What variants differ in."""

    examples = {"name": "Size", "values": ["S", "M"]}

    name = StrictCharField(max_length=MAX_OPTION_LENGTH)
    values = StrictListField(child=StrictCharField(max_length=200), max_length=1_000)


class ChosenOptionsField(StrictDictField):
    """The values of a variant, by the names of the options."""

    option_name = StrictCharField()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            child=StrictCharField(max_length=200),
            max_length=MAX_OPTIONS,
            max_name_length=MAX_OPTION_LENGTH,
            **kwargs,
        )

    def to_internal_value(self, data: Any) -> dict[str, str]:
        values: dict[str, str] = super().to_internal_value(data)
        return {self.option_name.clean(name).strip(): value for name, value in values.items()}


class _Priced(Input):
    """Something with a price in one currency, or in several."""

    price = MoneyInput(required=False, help_text="The price in one currency.")
    prices = StrictListField(
        child=MoneyInput(),
        max_length=MAX_PRICES,
        required=False,
        help_text="Prices, one in each currency.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        given = [*attrs.pop("prices", ()), *([attrs.pop("price")] if "price" in attrs else [])]
        currencies = [price["currency"] for price in given]
        if len(set(currencies)) < len(currencies):
            problem = "There is more than one price in a currency."
            raise ValidationError({"prices": [serializers.ErrorDetail(problem, "duplicate")]})
        if given:
            attrs["prices"] = tuple(Money(price["amount"], price["currency"]) for price in given)
        return attrs


class VariantInput(_Priced):
    """A variant to be created."""

    examples = {
        "price": ...,
        "sku": "TEAPOT-M",
        "title": "Medium",
        "options": {"Size": "M"},
        "stock": 12,
    }

    sku = SkuField()
    title = StrictCharField(max_length=255, required=False, allow_blank=True)
    options = ChosenOptionsField(required=False, help_text='Such as `{"Size": "M"}`.')
    stock = StrictIntegerField(
        min_value=0, max_value=MAX_STOCK, required=False, help_text="Units at hand."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if "prices" not in attrs:
            problem = serializers.ErrorDetail("Give one of price and prices.", "one_of")
            raise ValidationError({"price": [problem]})
        return attrs


class VariantChangesInput(_Priced):
    """What may be changed of a variant; prices replace those in the same currencies."""

    examples = {"price": ..., "title": "Medium", "options": {"Size": "M"}}

    title = StrictCharField(max_length=255, required=False, allow_blank=True)
    options = ChosenOptionsField(required=False)


class ProductInput(Input):
    """A product to be created."""

    examples = {
        "title": "Teapot",
        "slug": "teapot",
        "description": "Holds four cups and pours without dripping.",
        "category": "kitchen",
        "tax_class": "standard",
        "options": ...,
    }

    title = StrictCharField(max_length=255)
    slug = SlugField(required=False, help_text="Made from the title when left out.")
    description = StrictCharField(
        max_length=20_000, required=False, allow_blank=True, trim_whitespace=False, multiline=True
    )
    category = SlugField(required=False, allow_null=True, help_text="A category's slug.")
    tax_class = TaxClassField(required=False, help_text=TAX_CLASS)
    options = StrictListField(child=OptionInput(), max_length=MAX_OPTIONS, required=False)
    variants = StrictListField(child=VariantInput(), min_length=1, max_length=MAX_VARIANTS)

    def validate_variants(self, variants: list[dict[str, Any]]) -> list[dict[str, Any]]:
        seen: set[str] = set()
        problems: list[Any] = []
        for variant in variants:
            repeated = variant["sku"] in seen
            error = serializers.ErrorDetail("This SKU is repeated.", "duplicate")
            problems.append({"sku": [error]} if repeated else {})
            seen.add(variant["sku"])
        if any(problems):
            raise ValidationError(problems)
        return variants


class ProductChangesInput(Input):
    """What may be changed of a product."""

    examples = {
        name: ProductInput.examples[name]
        for name in ("title", "description", "category", "tax_class")
    }

    title = StrictCharField(max_length=255, required=False)
    slug = SlugField(required=False)
    description = StrictCharField(
        max_length=20_000, required=False, allow_blank=True, trim_whitespace=False, multiline=True
    )
    category = SlugField(required=False, allow_null=True, help_text="A category's slug.")
    tax_class = TaxClassField(required=False, help_text=TAX_CLASS)
    options = StrictListField(
        child=OptionInput(),
        max_length=MAX_OPTIONS,
        required=False,
        help_text="Those that variants use are always among them.",
    )


class CurrencyQuery(serializers.Serializer[Any]):
    """The currency that prices are returned in."""

    currency = CurrencyField(required=False, help_text="ISO 4217 code; the shop's by default.")


class WithdrawalInput(Input):
    """How a product is taken off sale."""

    examples = {"end_checkouts": True}

    end_checkouts = StrictBooleanField(required=False, help_text="Of those that are open, too.")


class WithdrawalQuery(serializers.Serializer[Any]):
    """The same, for clients that send no body with a DELETE."""

    end_checkouts = StrictChoiceField(choices=["true", "false"], required=False)


class OptionOutput(Output):
    """What variants differ in."""

    examples = {"name": "Size", "values": ["S", "M"]}

    name = serializers.CharField()
    values = serializers.ListField(child=serializers.CharField())


class VariantOutput(Output):
    """What is put into a cart."""

    examples = {"sku": "TEAPOT-M", "title": "Medium", "options": {"Size": "M"}, "available": 12}

    id = serializers.UUIDField()
    sku = serializers.CharField()
    title = serializers.CharField(help_text="Empty when the product has one variant.")
    options = serializers.DictField(child=serializers.CharField())
    price = MoneyOutput(allow_null=True, help_text="Null without a price in the currency.")
    available = serializers.IntegerField(
        help_text="Units that can be ordered now; 9999 when it is not limited by stock."
    )


class ProductOutput(Output):
    """A product with its variants, priced in the currency asked for."""

    examples = {
        "slug": "teapot",
        "title": "Teapot",
        "description": "Holds four cups and pours without dripping.",
        "category": "kitchen",
        "tax_class": "standard",
    }

    id = serializers.UUIDField()
    slug = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    category = serializers.CharField(allow_null=True, help_text="The category's slug.")
    tax_class = serializers.CharField(help_text=TAX_CLASS)
    options = OptionOutput(many=True)
    variants = VariantOutput(many=True)


def ends_checkouts(request: Request) -> bool:
    """Tell whether a `WithdrawalInput` or a `WithdrawalQuery` says so."""
    query = WithdrawalQuery(data=request.query_params.dict())
    query.is_valid(raise_exception=True)
    said = validated(WithdrawalInput, request).get("end_checkouts", False)
    return bool(said) or query.validated_data.get("end_checkouts") == "true"


def new_variant(values: dict[str, Any]) -> NewVariant:
    """Convert a validated `VariantInput` to a value of the domain."""
    return NewVariant(**values)

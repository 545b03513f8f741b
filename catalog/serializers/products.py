"""Serializers of products."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from catalog.domain import (
    MAX_WEIGHT,
    PriceMissing,
    ProductStatus,
)
from catalog.serializers.fields import (
    MAX_OPTION_LENGTH,
    MAX_OPTIONS,
    ChosenOptionsField,
    SkuField,
    SlugField,
)
from catalog.serializers.images import ImageOutput
from core.http.fields import (
    CurrencyField,
    Input,
    MoneyInput,
    MoneyOutput,
    Output,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictIntegerField,
    StrictListField,
    validated,
)
from core.money import Money
from pricing.serializers.tax_rates import TaxClassField

MAX_VARIANTS = 1_000
# ISO 4217 has fewer currencies.
MAX_PRICES = 200
MAX_STOCK = 1_000_000
TAX_CLASS = "Which of a country's tax rates holds; `zero` and `exempt` are not taxed anywhere."


class OptionInput(Input):
    """What variants differ in."""

    examples = {"name": "Size", "values": ["S", "M"]}

    name = StrictCharField(max_length=MAX_OPTION_LENGTH)
    values = StrictListField(child=StrictCharField(max_length=200), max_length=1_000)


class _Priced(Input):
    """Something with a price in one currency, or in several."""

    price = MoneyInput(required=False, help_text="The price in one currency.")
    prices = StrictListField(
        child=MoneyInput(),
        max_length=MAX_PRICES,
        required=False,
        help_text="Prices, one in each currency.",
    )
    compare_at_price = MoneyInput(
        required=False,
        allow_null=True,
        help_text="What the price in its currency is a reduction of; null removes it in all.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        given = [*attrs.pop("prices", ()), *([attrs.pop("price")] if "price" in attrs else [])]
        currencies = [price["currency"] for price in given]
        if len(set(currencies)) < len(currencies):
            problem = "There is more than one price in a currency."
            raise ValidationError({"prices": [serializers.ErrorDetail(problem, "duplicate")]})
        if given:
            attrs["prices"] = tuple(Money(**price) for price in given)
        if "compare_at_price" in attrs:
            compared = attrs.pop("compare_at_price")
            attrs["compare_at"] = None if compared is None else Money(**compared)
        return attrs


class _Shipped(Input):
    """Something that may be delivered."""

    weight = StrictIntegerField(
        min_value=0, max_value=MAX_WEIGHT, required=False, help_text="Grams, packing included."
    )
    requires_shipping = StrictBooleanField(
        required=False, help_text="False for what is not delivered, such as a download."
    )


class VariantInput(_Priced, _Shipped):
    """A variant to be created."""

    examples = {
        "price": ...,
        "sku": "TEAPOT-M",
        "title": "Medium",
        "options": {"Size": "M"},
        "stock": 12,
        "weight": 1200,
        "requires_shipping": True,
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
        compared = attrs.get("compare_at")
        if compared and compared.currency not in {price.currency for price in attrs["prices"]}:
            detail = serializers.ErrorDetail(PriceMissing.__doc__ or "", PriceMissing.code)
            raise ValidationError({"compare_at_price": [detail]})
        return attrs


class VariantChangesInput(_Priced, _Shipped):
    """What may be changed of a variant; prices replace those in the same currencies."""

    examples = {"price": ..., "title": "Medium", "options": {"Size": "M"}, "weight": 1200}

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
        "status": "published",
        "options": ...,
    }

    title = StrictCharField(max_length=255)
    slug = SlugField(required=False, help_text="Made from the title when left out.")
    description = StrictCharField(
        max_length=20_000, required=False, allow_blank=True, trim_whitespace=False, multiline=True
    )
    category = SlugField(required=False, allow_null=True, help_text="A category's slug.")
    tax_class = TaxClassField(required=False, help_text=TAX_CLASS)
    status = StrictChoiceField(
        choices=[ProductStatus.PUBLISHED.value, ProductStatus.DRAFT.value],
        required=False,
        help_text="`published` when left out; buyers do not see a `draft`.",
    )
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
    """How a product is archived."""

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

    examples = {
        "sku": "TEAPOT-M",
        "title": "Medium",
        "options": {"Size": "M"},
        "compare_at_price": {"amount": 2499, "currency": "GBP"},
        "lowest_price_30_days": {"amount": 2299, "currency": "GBP"},
        "available": 12,
        "weight": 1200,
        "requires_shipping": True,
    }

    id = serializers.UUIDField()
    sku = serializers.CharField()
    title = serializers.CharField(help_text="Empty when the product has one variant.")
    options = serializers.DictField(child=serializers.CharField())
    price = MoneyOutput(allow_null=True, help_text="Null without a price in the currency.")
    compare_at_price = MoneyOutput(
        allow_null=True, help_text="The higher price that it is a reduction of; null for none."
    )
    lowest_price_30_days = MoneyOutput(
        allow_null=True, help_text="The lowest price of the 30 days before the reduction began."
    )
    available = serializers.IntegerField(
        help_text="Units that can be ordered now; 9999 when it is not limited by stock."
    )
    weight = serializers.IntegerField(help_text="Grams.")
    requires_shipping = serializers.BooleanField(help_text="Whether it is delivered.")
    media = ImageOutput(many=True, help_text="Those that show this variant.")


class ProductOutput(Output):
    """A product with its variants, priced in the currency asked for."""

    examples = {
        "slug": "teapot",
        "title": "Teapot",
        "description": "Holds four cups and pours without dripping.",
        "category": "kitchen",
        "tax_class": "standard",
        "status": "published",
    }

    id = serializers.UUIDField()
    slug = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    category = serializers.CharField(allow_null=True, help_text="The category's slug.")
    tax_class = serializers.CharField(help_text=TAX_CLASS)
    options = OptionOutput(many=True)
    media = ImageOutput(many=True)
    status = serializers.ChoiceField(
        choices=[status.value for status in ProductStatus],
        help_text="Buyers see what is `published`, staff the others, too.",
    )
    variants = VariantOutput(many=True)


def ends_checkouts(request: Request) -> bool:
    """Tell whether a `WithdrawalInput` or a `WithdrawalQuery` says so."""
    query = WithdrawalQuery(data=request.query_params.dict())
    query.is_valid(raise_exception=True)
    said = validated(WithdrawalInput, request).get("end_checkouts", False)
    return bool(said) or query.validated_data.get("end_checkouts") == "true"

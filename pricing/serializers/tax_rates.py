"""Serializers of tax rates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from core.http.fields import Input, Output, StrictBooleanField, StrictCharField
from pricing.models import TaxRate

_FRACTION = r"^(0(\.[0-9]{1,6})?|1(\.0{1,6})?)$"


class FractionField(StrictCharField):
    """A fraction from 0 to 1 as a text, so that it is exact: "0.2" is twenty percent."""

    def __init__(self, **kwargs: Any) -> None:
        detail = 'Expected a fraction from 0 to 1 of at most six decimals, such as "0.2".'
        kwargs["validators"] = [RegexValidator(_FRACTION, detail)]
        super().__init__(**{"max_length": 8, **kwargs})


class DayField(serializers.DateField):
    """A day, YYYY-MM-DD."""

    def to_internal_value(self, data: Any) -> date:
        if not isinstance(data, str):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(data)


class TaxClassField(StrictCharField):
    """The name of a class of products: letters, digits, hyphens and underscores."""

    def __init__(self, **kwargs: Any) -> None:
        detail = "Use letters, digits, hyphens and underscores."
        kwargs["validators"] = [RegexValidator(r"^[a-zA-Z0-9_-]+\Z", detail)]
        super().__init__(**{"max_length": 50, **kwargs})


class TaxRateInput(Input):
    """A rate of tax in a country, or a region of it, for a class of products."""

    examples = {
        "country": "CH",
        "region": "",
        "tax_class": "standard",
        "title": "VAT",
        "rate": "0.081",
        "added": False,
        "valid_from": "2024-01-01",
        "valid_to": None,
        "source": "Federal Tax Administration, https://www.estv.admin.ch",
    }

    country = StrictCharField(
        min_length=2,
        max_length=2,
        validators=[RegexValidator("^[A-Za-z]{2}$", "Expected two letters.")],
        help_text="ISO 3166-1 alpha-2.",
    )
    region = StrictCharField(
        max_length=100, required=False, allow_blank=True, help_text="Empty for the whole country."
    )
    tax_class = TaxClassField(required=False, help_text="`standard` unless given.")
    title = StrictCharField(
        max_length=100, required=False, allow_blank=True, help_text="What buyers see."
    )
    rate = FractionField(help_text='A fraction as a text: "0.2" is twenty percent.')
    added = StrictBooleanField(
        required=False, help_text="Charged beside the country's own rate, not in place of it."
    )
    valid_from = DayField(help_text="The first day on which it holds, in UTC.")
    valid_to = DayField(required=False, allow_null=True, help_text="The last day.")
    source = StrictCharField(  # type: ignore[assignment] # the metaclass takes fields away
        max_length=500, required=False, allow_blank=True, help_text="Where the figure is from."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        last = attrs.get("valid_to")
        if last is not None and last < attrs["valid_from"]:
            problem = "It ends before it begins."
            raise ValidationError(
                {"valid_to": [serializers.ErrorDetail(problem, "dates_reversed")]}
            )
        if attrs.get("added") and not attrs.get("title"):
            problem = "A rate that is added needs a title to tell it by."
            raise ValidationError({"title": [serializers.ErrorDetail(problem, "title_required")]})
        return {**attrs, "rate": Decimal(attrs["rate"])}


class TaxRateOutput(Output):
    """A rate of tax."""

    examples = TaxRateInput.examples

    id = serializers.UUIDField()
    country = serializers.CharField()
    region = serializers.CharField()
    tax_class = serializers.CharField()
    title = serializers.CharField()
    rate = serializers.CharField()
    added = serializers.BooleanField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment] # the metaclass takes fields away


def tax_rate_body(rate: TaxRate) -> dict[str, Any]:
    """Return the `TaxRateOutput` of a rate."""
    return {
        "id": rate.id,
        "country": rate.country,
        "region": rate.region,
        "tax_class": rate.tax_class,
        "title": rate.title,
        "rate": f"{rate.rate.normalize():f}",
        "added": rate.added,
        "valid_from": rate.valid_from,
        "valid_to": rate.valid_to,
        "source": rate.source,
    }

"""The filters and the orderings of the product list."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from rest_framework import serializers

from catalog.domain import ProductFilter, ProductStatus
from catalog.models import Product
from catalog.selectors import ProductRow, product_rows
from catalog.serializers.fields import SlugField
from core.http.fields import CurrencyField, StrictCharField, StrictChoiceField
from core.http.filters import FilterSet, ParameterFilter
from core.http.pagination import Ordering
from core.money import MAX_AMOUNT

MAX_SEARCH_LENGTH = 200
_WHOLE = re.compile(r"[0-9]{1,13}\Z", re.ASCII)
# What a list can be sorted by, and what reads a value of it from a cursor.
_SORT_KEYS: dict[str, tuple[str, Any]] = {
    "created": ("created_at", parse_datetime),
    "title": ("title", str),
    "price": ("price", int),
    "relevance": ("relevance", int),
}
ORDERINGS = ("created", "-created", "title", "-title", "price", "-price", "relevance")


class WholeNumberField(serializers.IntegerField):
    """Digits in a query string."""

    def to_internal_value(self, data: Any) -> int:
        if not _WHOLE.match(data):
            self.fail("invalid")
        return int(data)


class ProductQueryForm(forms.Form):
    """What the parameters of the product list have to be together."""

    def clean(self) -> None:
        values = self.cleaned_data
        if values.get("price_min", 0) > values.get("price_max", MAX_AMOUNT):
            self.add_error(
                "price_max", ValidationError("This is below price_min.", "below_minimum")
            )
        if values.get("ordering") == "relevance" and not values.get("search", "").strip():
            self.add_error("ordering", ValidationError("Relevance needs a search.", "needs_search"))


class ProductFilterSet(FilterSet):
    """What the product list can be narrowed and sorted by.

    The parameters belong together: a price is one in the currency, and the same variant has
    to be in stock. So the FilterSet validates them and hands all of them at once to
    `catalog.selectors.product_rows`, whose rows are completed by a compiled statement.
    """

    currency = ParameterFilter(CurrencyField, help_text="ISO 4217 code; the shop's by default.")
    search = ParameterFilter(
        StrictCharField,
        allow_blank=True,
        max_length=MAX_SEARCH_LENGTH,
        trim_whitespace=False,
        help_text="Words, or a SKU. Forgives typing errors.",
    )
    category = ParameterFilter(SlugField, help_text="A slug; what is below it counts too.")
    in_stock = ParameterFilter(
        StrictChoiceField,
        choices=["true", "false"],
        help_text="Whether any variant can be ordered.",
    )
    price_min = ParameterFilter(
        WholeNumberField,
        min_value=0,
        max_value=MAX_AMOUNT,
        help_text="Minor units of the currency.",
    )
    price_max = ParameterFilter(
        WholeNumberField,
        min_value=0,
        max_value=MAX_AMOUNT,
        help_text="Minor units of the currency; not below `price_min`.",
    )
    status = ParameterFilter(
        StrictChoiceField,
        choices=[status.value for status in ProductStatus],
        help_text="By default `published`; the others are for staff.",
    )
    ordering = ParameterFilter(
        StrictChoiceField,
        choices=ORDERINGS,
        help_text="By default the newest first; when searching, the most relevant. "
        "`relevance` needs a search.",
    )

    class Meta:
        model = Product
        fields: tuple[str, ...] = ()
        form = ProductQueryForm

    @cached_property
    def wanted(self) -> ProductFilter:
        """Return which products are asked for."""
        values = {"currency": settings.DEFAULT_CURRENCY, **self.form.cleaned_data}
        values.pop("ordering", None)
        # Nothing but spaces is no search; a space at the end says that a word is finished.
        if not values.get("search", "").strip():
            values["search"] = ""
        if "in_stock" in values:
            values["in_stock"] = values["in_stock"] == "true"
        if "status" in values:
            values["status"] = ProductStatus(values["status"])
        return ProductFilter(**values)

    @cached_property
    def order(self) -> Ordering:
        """Return the ordering that is asked for, or the default."""
        name = self.form.cleaned_data.get(
            "ordering", "relevance" if self.wanted.search else "-created"
        )
        key, parse = _SORT_KEYS[name.removeprefix("-")]
        descends = name.startswith("-") or name == "relevance"
        return Ordering(name, ((key, descends, parse), ("id", descends, UUID)))

    def filter_queryset(self, queryset: QuerySet[Product]) -> QuerySet[Product, ProductRow]:
        """Return the rows that all parameters describe together, not yet in order."""
        return product_rows(self.wanted, ordering=self.order.name)

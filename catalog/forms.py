"""What staff type about products, made safe to keep."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from unfold.widgets import UnfoldAdminTextInputWidget

from catalog.domain import RESERVED, RESERVED_ENDINGS, CategoryCycle
from catalog.models import Category
from catalog.services.categories import is_below_itself
from core.backoffice.forms import MajorUnitsField, minor_units
from core.money import to_major


class CategoryForm(forms.ModelForm):  # type: ignore[type-arg]
    """A category that stands below no category of its own."""

    def clean(self) -> dict[str, Any]:
        """Refuses a circle; the tree stays locked until the category is saved."""
        cleaned = super().clean() or self.cleaned_data
        rows = Category.objects.select_for_update(no_key=True).order_by("id")
        tree = {row.id: row for row in rows}
        self.instance.parent = cleaned.get("parent")
        if is_below_itself(self.instance, tree):
            raise forms.ValidationError(CategoryCycle().detail)
        return cleaned


class ProductForm(forms.ModelForm):  # type: ignore[type-arg]
    """A product; its options keep the shape that the API answers with."""

    class Meta:
        widgets = {"options": UnfoldAdminTextInputWidget}

    def clean_options(self) -> list[Any]:
        """A list of names with their values."""
        options = self.cleaned_data["options"] or []
        if not isinstance(options, list) or not all(_is_option(option) for option in options):
            raise forms.ValidationError('Such as [{"name": "Size", "values": ["S", "M"]}].')
        return options


class VariantForm(forms.ModelForm):  # type: ignore[type-arg]
    """A variant with its price in the shop's own currency."""

    price = MajorUnitsField(required=False)

    class Meta:
        labels = {"sku": "SKU"}
        widgets = {"options": UnfoldAdminTextInputWidget}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["price"].label = f"Price ({settings.DEFAULT_CURRENCY})"
        if not self.instance._state.adding:  # noqa: SLF001 - Django's documented API
            self.initial["price"] = self._stored_price()

    def _stored_price(self) -> Decimal | None:
        amounts = {price.currency: price.amount for price in self.instance.prices.all()}
        amount = amounts.get(settings.DEFAULT_CURRENCY)
        return None if amount is None else to_major(amount, settings.DEFAULT_CURRENCY)

    def clean_sku(self) -> str:
        """One that a path of the API can end in; one that has it already keeps it."""
        sku: str = self.cleaned_data["sku"]
        if "sku" in self.changed_data and sku.endswith(RESERVED_ENDINGS):
            raise forms.ValidationError(RESERVED)
        return sku

    def clean_price(self) -> int | None:
        """In minor units."""
        price: Decimal | None = self.cleaned_data["price"]
        return None if price is None else minor_units(price, settings.DEFAULT_CURRENCY)

    def clean_options(self) -> dict[str, str]:
        """Names with one value each."""
        options = self.cleaned_data["options"] or {}
        if not isinstance(options, dict) or not _are_strings(options.values()):
            raise forms.ValidationError('Such as {"Size": "M"}.')
        return options


def _is_option(option: Any) -> bool:
    return (
        isinstance(option, dict)
        and set(option) == {"name", "values"}
        and isinstance(option["values"], list)
        and _are_strings([option["name"], *option["values"]])
    )


def _are_strings(values: Any) -> bool:
    return all(isinstance(value, str) for value in values)

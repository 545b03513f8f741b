"""The admin's forms of categories, products and variants."""

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
from pricing.domain import STANDARD_TAX_CLASS
from pricing.selectors import tax_classes


class CategoryForm(forms.ModelForm):  # type: ignore[type-arg]
    """A category, which cannot be below itself."""

    def clean(self) -> dict[str, Any]:
        """Refuse a cycle; the categories stay locked until this one is saved."""
        cleaned = super().clean() or self.cleaned_data
        rows = Category.objects.select_for_update(no_key=True).order_by("id")
        tree = {row.id: row for row in rows}
        self.instance.parent = cleaned.get("parent")
        if is_below_itself(self.instance, tree):
            raise forms.ValidationError(CategoryCycle().detail)
        return cleaned


OPTIONS_EXAMPLE = '[{"name": "Size", "values": ["S", "M"]}]'
VARIANT_OPTIONS_EXAMPLE = '{"Size": "M"}'


class ProductForm(forms.ModelForm):  # type: ignore[type-arg]
    """A product; its options have the structure that the API returns."""

    tax_class = forms.SlugField(
        max_length=50, required=False, initial=STANDARD_TAX_CLASS, widget=UnfoldAdminTextInputWidget
    )

    class Meta:
        widgets = {"options": UnfoldAdminTextInputWidget}
        help_texts = {"options": f"For example, {OPTIONS_EXAMPLE}."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "tax_class" in self.fields:  # staff who may only read have no fields
            self.fields["tax_class"].help_text = f"One of {', '.join(tax_classes())}."

    def clean_tax_class(self) -> str:
        """Return the class; a blank one is the standard."""
        return self.cleaned_data["tax_class"] or STANDARD_TAX_CLASS

    def clean_options(self) -> list[Any]:
        """Return a list of option names with their values."""
        options = self.cleaned_data["options"] or []
        if not isinstance(options, list) or not all(
            isinstance(option, dict)
            and set(option) == {"name", "values"}
            and isinstance(option["values"], list)
            and _are_strings([option["name"], *option["values"]])
            for option in options
        ):
            raise forms.ValidationError(f"Enter options like {OPTIONS_EXAMPLE}.")
        return options


class VariantForm(forms.ModelForm):  # type: ignore[type-arg]
    """A variant with its price in the shop's own currency."""

    price = MajorUnitsField(required=False)

    class Meta:
        labels = {"sku": "SKU"}
        widgets = {"options": UnfoldAdminTextInputWidget}
        help_texts = {"options": f"For example, {VARIANT_OPTIONS_EXAMPLE}."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["price"].label = f"Price ({settings.DEFAULT_CURRENCY})"
        if not self.instance._state.adding:  # noqa: SLF001 - Django's documented API
            for price in self.instance.prices.all():
                if price.currency == settings.DEFAULT_CURRENCY:
                    self.initial["price"] = to_major(price.amount, price.currency)

    def clean_sku(self) -> str:
        """Refuse a new SKU that the paths of the API cannot end in."""
        sku: str = self.cleaned_data["sku"]
        if "sku" in self.changed_data and sku.endswith(RESERVED_ENDINGS):
            raise forms.ValidationError(RESERVED)
        return sku

    def clean_price(self) -> int | None:
        """Return the price in minor units."""
        price: Decimal | None = self.cleaned_data["price"]
        return None if price is None else minor_units(price, settings.DEFAULT_CURRENCY)

    def clean_options(self) -> dict[str, str]:
        """Return option names with one value each."""
        options = self.cleaned_data["options"] or {}
        if not isinstance(options, dict) or not _are_strings(options.values()):
            raise forms.ValidationError(f"Enter options like {VARIANT_OPTIONS_EXAMPLE}.")
        return options


def _are_strings(values: Any) -> bool:
    return all(isinstance(value, str) for value in values)

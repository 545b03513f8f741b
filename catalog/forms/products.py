"""The admin's forms of categories, products, variants and their prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from catalog.domain import (
    RESERVED,
    RESERVED_ENDINGS,
    CategoryCycle,
    ProductStatus,
    variant_title,
)
from catalog.forms.options import ChosenOptionsField, OptionsField
from catalog.models import Category, Price
from catalog.services.categories import is_below_itself
from core.backoffice.forms import MajorUnitsField, PriceForm, minor_units
from core.money import to_major
from inventory.domain import MAX_ON_HAND
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


class _OptionsForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean_options(self) -> Any:
        """Return the options; a text that nobody has changed means what is stored."""
        is_new = "options" in self.changed_data
        return self.cleaned_data["options"] if is_new else self.instance.options


class ProductForm(_OptionsForm):
    """A product, with its options as text."""

    tax_class = forms.SlugField(
        max_length=50, required=False, initial=STANDARD_TAX_CLASS, widget=UnfoldAdminTextInputWidget
    )

    options = OptionsField(help_text="One option a line. What variants use is added by itself.")
    status = forms.ChoiceField(
        choices=[
            (each.value, each.label) for each in (ProductStatus.PUBLISHED, ProductStatus.DRAFT)
        ],
        widget=UnfoldAdminSelectWidget,
        help_text="Customers do not see drafts.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "tax_class" in self.fields:  # staff who may only read have no fields
            self.fields["tax_class"].help_text = f"One of {', '.join(tax_classes())}."

    def clean_tax_class(self) -> str:
        """Return the class; a blank one is the standard."""
        return self.cleaned_data["tax_class"] or STANDARD_TAX_CLASS


class VariantForm(_OptionsForm):
    """A variant with its price in the shop's own currency."""

    price = MajorUnitsField(required=False)
    on_hand = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MAX_ON_HAND,
        label="On hand",
        help_text="Units in the warehouse. Later they are adjusted on the page of the stock.",
        widget=UnfoldAdminIntegerFieldWidget,
    )
    options = ChosenOptionsField(help_text="One option a line.")

    class Meta:
        labels = {"sku": "SKU"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["price"].label = f"Price ({settings.DEFAULT_CURRENCY})"
        if not self.instance._state.adding:  # noqa: SLF001 - Django's documented API
            self.fields["on_hand"].disabled = True
            stock = getattr(self.instance, "stock", None)
            self.initial["on_hand"] = stock.on_hand if stock else None
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

    def clean(self) -> dict[str, Any]:
        """Call a variant without a title by its options, and go on to when they change."""
        cleaned = super().clean() or self.cleaned_data
        old = variant_title("", self.initial.get("options") or {})
        title = cleaned.get("title", "")
        is_derived = not title or ("title" not in self.changed_data and title == old)
        if is_derived and "options" in cleaned:
            cleaned["title"] = variant_title("", cleaned["options"])
            if cleaned["title"] != self.initial.get("title", ""):
                self.changed_data.append("title")
        return cleaned


class ComparedPriceForm(PriceForm):
    """A price, and what it is announced as a reduction of."""

    compare_at = MajorUnitsField(
        required=False, help_text="The price that this one is a reduction of; usually empty."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        price: Price = self.instance
        if price.compare_at is not None:
            self.initial["compare_at"] = to_major(price.compare_at, price.currency)

    def clean(self) -> dict[str, Any]:
        """Convert both amounts to minor units; refuse a comparison with a lower price."""
        cleaned = super().clean()
        other, currency = cleaned.get("compare_at"), cleaned.get("currency")
        if other is None or currency is None:
            return cleaned
        try:
            cleaned["compare_at"] = minor_units(other, currency)
        except forms.ValidationError as error:
            self.add_error("compare_at", error)
            return cleaned
        if cleaned["compare_at"] <= cleaned.get("amount", 0):
            self.add_error("compare_at", "This is not higher than the price.")
        return cleaned

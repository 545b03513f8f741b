"""The admin's forms of categories, products, variants and their prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.selectors import customer_groups
from catalog.domain import RESERVED, RESERVED_ENDINGS, CategoryCycle, ListPriceInForce
from catalog.models import Category, Price
from catalog.services.categories import is_below_itself
from core.backoffice.forms import MajorUnitsField, PriceForm, minor_units
from core.money import known_currencies, to_major
from pricing.domain import STANDARD_TAX_CLASS, DatesReversed
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


class PriceListForm(forms.ModelForm):  # type: ignore[type-arg]
    """A price list; whom it is for is one of the groups there are."""

    customer_group = forms.ChoiceField(
        required=False, widget=UnfoldAdminSelectWidget, label="Customer group"
    )
    tax_included = forms.TypedChoiceField(
        required=False,
        widget=UnfoldAdminSelectWidget,
        label="Tax",
        choices=[("", "As in the shop's prices"), (True, "Included"), (False, "Not included")],
        coerce=lambda value: value == "True",
        empty_value=None,
        help_text="With another one than the shop's, those whose prices it has are offered "
        "nothing but what is on the list.",
    )

    class Meta:
        help_texts = {"priority": "Of two lists with a price the higher number counts."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "customer_group" in self.fields:
            codes = customer_groups()
            own = self.instance.customer_group
            gone = {} if not own or own in codes else {own: f"{own} (deleted: for nobody)"}
            field: Any = self.fields["customer_group"]
            field.choices = [("", "Everyone"), *codes.items(), *gone.items()]

    def clean_currency(self) -> str:
        """Return an ISO 4217 code in upper case."""
        currency = str(self.cleaned_data["currency"]).upper()
        if currency not in known_currencies():
            raise forms.ValidationError("Enter a valid currency code.", code="unknown_currency")
        return currency

    def clean(self) -> dict[str, Any]:
        """Refuse an end that is not after the start."""
        cleaned = super().clean() or self.cleaned_data
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", DatesReversed().detail)
        return cleaned


class ListPriceForm(forms.ModelForm):  # type: ignore[type-arg]
    """A price in a list, in major units of the list's currency."""

    amount = MajorUnitsField(
        required=False, help_text="For example, 19.99. Empty: no price from then on."
    )

    class Meta:
        labels = {"min_quantity": "From units"}

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    def clean_amount(self) -> int | None:
        """Return the price in minor units."""
        amount: Decimal | None = self.cleaned_data["amount"]
        return None if amount is None else minor_units(amount, self.currency)


class NewPricesFormSet(PaginationInlineFormSet):
    """Prices to be added to a list."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """Tell the forms the currency."""
        kwargs: dict[str, Any] = super().get_form_kwargs(index)
        return {**kwargs, "currency": self.instance.currency}


class SetPricesFormSet(PaginationInlineFormSet):
    """The prices of a list, which may be deleted until they begin."""

    def clean(self) -> None:
        """Refuse to delete a price that has begun."""
        super().clean()
        if any(form.instance.starts_at <= timezone.now() for form in self.deleted_forms):
            raise forms.ValidationError(ListPriceInForce().detail)


def _are_strings(values: Any) -> bool:
    return all(isinstance(value, str) for value in values)

"""The admin's forms of categories, products, variants and their prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.selectors import customer_groups
from catalog.domain import (
    RESERVED,
    RESERVED_ENDINGS,
    CategoryCycle,
    ListPriceInForce,
    ProductStatus,
    variant_title,
)
from catalog.models import Category, Price
from catalog.services.categories import is_below_itself
from core.backoffice.forms import LinesField, MajorUnitsField, PriceForm, minor_units
from core.money import known_currencies, to_major
from inventory.domain import MAX_ON_HAND
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


MAX_NAME, MAX_VALUE, MAX_OPTIONS = 100, 200, 50


class ChosenOptionsField(LinesField):
    """What a variant has of each option, an option on each line: `Size: M`."""

    example = "Size: M"

    def __init__(self, **kwargs: Any) -> None:
        widget = UnfoldAdminTextareaWidget(attrs={"rows": 2, "placeholder": self.example})
        super().__init__(**{"required": False, "widget": widget, **kwargs})

    def prepare_value(self, value: Any) -> str:
        """Return what is stored as text; what was typed stays as it is."""
        return value if isinstance(value, str) else "\n".join(map(": ".join, self.pairs(value)))

    def pairs(self, stored: Any) -> list[tuple[str, str]]:
        """Return the names of stored options with what follows the colon."""
        return [*(stored or {}).items()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Tell whether the text is another than that of what is stored."""
        lines = [line.strip() for line in str(data or "").splitlines() if line.strip()]
        return lines != self.prepare_value(initial).splitlines()

    def to_python(self, value: Any) -> Any:
        """Return the options as they are stored. Raises `ValidationError`."""
        found: dict[str, str] = {}
        for line in str(super().to_python(value) or "").splitlines():
            name, colon, rest = (part.strip() for part in line.partition(":"))
            if name and colon and rest and len(name) <= MAX_NAME and name not in found:
                found[name] = rest
            elif line.strip():
                raise forms.ValidationError(f"Write one option a line, such as {self.example}.")
        if len(found) > MAX_OPTIONS:
            raise forms.ValidationError(f"There are more than {MAX_OPTIONS} options.")
        return self.stored(found)

    def stored(self, found: dict[str, str]) -> Any:
        """Return the options that were written as they are stored."""
        return {name: self.checked(value) for name, value in found.items()}

    def checked(self, value: str) -> str:
        """Return a value. Raises `ValidationError` for one that is too long."""
        if len(value) > MAX_VALUE:
            raise forms.ValidationError(f"A value has at most {MAX_VALUE} characters.")
        return value


class OptionsField(ChosenOptionsField):
    """What the variants of a product differ in, an option on each line: `Size: S, M`."""

    example = "Size: S, M"

    def pairs(self, stored: Any) -> list[tuple[str, str]]:
        """Return the names of stored options with their values."""
        return [(option["name"], ", ".join(option["values"])) for option in stored or ()]

    def stored(self, found: dict[str, str]) -> Any:
        """Return the options that were written as they are stored."""
        written = {name: [v.strip() for v in text.split(",")] for name, text in found.items()}
        return [
            {
                "name": name,
                "values": [self.checked(value) for value in dict.fromkeys(values) if value],
            }
            for name, values in written.items()
        ]


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

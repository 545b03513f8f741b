"""The admin's forms of price lists."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.selectors import customer_groups
from catalog.domain import ListPriceInForce
from core.backoffice.forms import MajorUnitsField, minor_units
from core.money import known_currencies
from pricing.domain import DatesReversed


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

"""A basket as managers type it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from unfold.widgets import (
    INPUT_CLASSES,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from core.backoffice.forms import (
    LineField,
    LinesField,
    MajorUnitsField,
    known_currency,
    minor_units,
)
from core.items import MAX_LINES, MAX_QUANTITY, ItemRequest
from core.postal import country_with
from pricing.domain import Buyer, Destination, ShippingChoice


def line(label: str, *, help_text: str = "", required: bool = False, initial: Any = None) -> Any:
    """Build a field of one line of text."""
    return LineField(
        label=label,
        help_text=help_text,
        required=required,
        initial=initial,
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
    )


class ItemsField(LinesField):
    """What is bought, as `ItemRequest`s: one SKU on each line, and how many."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label="Items",
            help_text="One SKU on each line; how many, after a blank: TEAPOT 2.",
            max_length=100_000,
            widget=UnfoldAdminTextareaWidget(attrs={"rows": 5, "spellcheck": "false"}),
            **options,
        )

    def clean(self, value: Any) -> list[ItemRequest]:
        """Return the items; what is wrong is told with the number of its line."""
        lines = [line.split() for line in super().clean(value).splitlines()]
        found = []
        for number, words in enumerate(lines, start=1):
            if not words:
                continue
            *sku, last = words
            quantity = int(last) if sku and last.isdecimal() and last.isascii() else None
            if quantity is not None and not 1 <= quantity <= MAX_QUANTITY:
                raise ValidationError(
                    f"Line {number}: a quantity is from 1 to {MAX_QUANTITY:,}.", code="quantity"
                )
            name = " ".join(words if quantity is None else sku)
            found.append(ItemRequest(name, quantity or 1, f"/items/{number}"))
        if len(found) > MAX_LINES:
            raise ValidationError(f"A basket has at most {MAX_LINES:,} lines.", code="too_many")
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Tell whether other items are meant, however they are written."""
        try:
            before, after = self.clean(initial or ""), self.clean(data)
        except ValidationError:
            return True
        return [(each.sku, each.quantity) for each in before] != [
            (each.sku, each.quantity) for each in after
        ]


class BasketForm(forms.Form):
    """A basket, who buys it, where it goes, and when."""

    items = ItemsField()
    currency = line("Currency", required=True, help_text="For example, GBP.")
    country = line("Country", help_text="Where it goes, in two letters: GB.")
    codes = line("Codes", help_text="Separated by commas.")
    groups = line("Customer groups", help_text="Separated by commas.")
    first_order = forms.BooleanField(
        label="First order", required=False, widget=UnfoldBooleanWidget
    )
    shipping = MajorUnitsField(
        label="Shipping",
        required=False,
        help_text="The price of the way to deliver; empty while none is chosen.",
    )
    at = forms.DateTimeField(
        label="Moment (UTC)",
        required=False,
        help_text="Now, if empty.",
        widget=forms.DateTimeInput(
            format="%Y-%m-%dT%H:%M",
            attrs={"type": "datetime-local", "class": " ".join(INPUT_CLASSES)},
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["currency"].initial = settings.DEFAULT_CURRENCY

    def clean_currency(self) -> str:
        """Return an ISO 4217 code in upper case."""
        return known_currency(self.cleaned_data["currency"])

    def clean_country(self) -> Destination | None:
        """Return where the basket goes; None if it is not said."""
        code = self.cleaned_data["country"]
        country = country_with(code.upper()) if code else None
        if code and country is None:
            raise ValidationError("There is no country with this code.", code="unknown_country")
        return Destination(country.code) if country else None

    def clean(self) -> dict[str, Any]:
        """Make what the price depends on of what was typed."""
        cleaned = super().clean() or self.cleaned_data
        amount, currency = cleaned.get("shipping"), cleaned.get("currency")
        if amount is not None and currency is not None:
            try:
                price = minor_units(amount, currency)
                cleaned["shipping"] = ShippingChoice("", "Shipping", price)
            except ValidationError as error:
                self.add_error("shipping", error)
        return cleaned

    def basket(self) -> dict[str, Any]:
        """Return the arguments of `carts.reports.price_preview`, once it is valid."""
        values = self.cleaned_data
        return {
            "requested": values["items"],
            "currency": values["currency"],
            "codes": parts_between_commas(values["codes"]),
            "buyer": Buyer(
                groups=frozenset(parts_between_commas(values["groups"])),
                first_order=values["first_order"],
            ),
            "destination": values["country"],
            "shipping": values["shipping"],
            "at": values["at"],
            "now": timezone.now(),
        }


def parts_between_commas(text: str) -> list[str]:
    """Return what stands between commas."""
    return [part for each in text.split(",") if (part := each.strip())]

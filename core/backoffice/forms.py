"""Form fields: texts are cleaned, and for 19.99 that staff type 1999 minor units are stored."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextInputWidget

from core.money import (
    MAX_AMOUNT,
    format_money,
    known_currencies,
    minor_digits,
    to_major,
    to_minor,
)
from core.text import UnprintableCharacter, clean_text


class LineField(forms.CharField):
    """A text of one line, cleaned as those of the API are."""

    multiline = False

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        try:
            return clean_text(text, multiline=self.multiline) if text else text
        except UnprintableCharacter as error:
            raise ValidationError(str(error), code="unprintable_character") from None


class LinesField(LineField):
    """A text of any number of lines."""

    multiline = True


class MajorUnitsField(forms.DecimalField):
    """An amount in major units of the form's currency."""

    widget = UnfoldAdminDecimalFieldWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_digits=15, **options)


def minor_units(value: Decimal, currency: str) -> int:
    """Return `value` in minor units of `currency`.

    Raises Django's `ValidationError` for too many decimals or an amount above `MAX_AMOUNT`.
    """
    try:
        amount = to_minor(value, currency)
    except ValueError as error:
        digits = minor_digits(currency)
        raise ValidationError(
            f"{currency} amounts have at most {digits} decimal places."
            if digits
            else f"{currency} amounts have no decimal places.",
            code="too_many_decimals",
        ) from error
    if amount > MAX_AMOUNT:
        raise ValidationError(
            f"Enter at most {format_money(MAX_AMOUNT, currency)}.", code="amount_too_high"
        )
    return amount


def known_currency(text: str) -> str:
    """Return an ISO 4217 code in upper case. Raises Django's `ValidationError` for no such one."""
    currency = text.upper()
    if currency not in known_currencies():
        raise ValidationError("Enter a valid currency code.", code="unknown_currency")
    return currency


class PriceForm(forms.ModelForm):  # type: ignore[type-arg]
    """A row with `currency` and `amount`; the amount is entered in major units."""

    currency = forms.CharField(
        min_length=3, max_length=3, widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "GBP"})
    )
    amount = MajorUnitsField(help_text="For example, 19.99.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        price: Any = self.instance
        if price.pk and price.amount is not None:
            self.initial["amount"] = to_major(price.amount, price.currency)

    def clean_currency(self) -> str:
        """Return an ISO 4217 code in upper case."""
        return known_currency(self.cleaned_data["currency"])

    def clean(self) -> dict[str, Any]:
        """Convert the amount to minor units."""
        cleaned = super().clean() or self.cleaned_data
        amount, currency = cleaned.get("amount"), cleaned.get("currency")
        if amount is not None and currency is not None:
            try:
                cleaned["amount"] = minor_units(amount, currency)
            except ValidationError as error:
                self.add_error("amount", error)
        return cleaned

"""Money as people type it: `19.99` in, 1999 minor units kept."""

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


class MajorUnitsField(forms.DecimalField):
    """An amount in major units, of the currency that its form knows."""

    widget = UnfoldAdminDecimalFieldWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_digits=15, **options)


def minor_units(value: Decimal, currency: str) -> int:
    """What is stored for `value`.

    Raises Django's `ValidationError` for too many decimals, or beyond `MAX_AMOUNT`.
    """
    try:
        amount = to_minor(value, currency)
    except ValueError as error:
        digits = minor_digits(currency)
        raise ValidationError(
            f"{currency} has {digits} decimals." if digits else f"{currency} has no decimals.",
            code="too_many_decimals",
        ) from error
    if amount > MAX_AMOUNT:
        raise ValidationError(
            f"At most {format_money(MAX_AMOUNT, currency)}.", code="amount_too_high"
        )
    return amount


class PriceForm(forms.ModelForm):  # type: ignore[type-arg]
    """A row with `currency` and `amount`, the amount shown and typed in major units."""

    currency = forms.CharField(
        min_length=3, max_length=3, widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "GBP"})
    )
    amount = MajorUnitsField(help_text="Such as 19.99.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        price: Any = self.instance
        if price.pk:
            self.initial["amount"] = to_major(price.amount, price.currency)

    def clean_currency(self) -> str:
        """A code of ISO 4217, in upper case."""
        currency = str(self.cleaned_data["currency"]).upper()
        if currency not in known_currencies():
            raise ValidationError("There is no such currency.", code="unknown_currency")
        return currency

    def clean(self) -> dict[str, Any]:
        """Turns the amount into minor units."""
        cleaned = super().clean() or self.cleaned_data
        amount, currency = cleaned.get("amount"), cleaned.get("currency")
        if amount is not None and currency is not None:
            try:
                cleaned["amount"] = minor_units(amount, currency)
            except ValidationError as error:
                self.add_error("amount", error)
        return cleaned

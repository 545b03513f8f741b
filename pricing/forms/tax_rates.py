"""The admin's form of tax rates: percent and words."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from pricing.domain.tax_timeline import normal_place
from pricing.errors import UnknownPlace
from pricing.models import RulesVersion, TaxRate


class TaxRateForm(forms.ModelForm):  # type: ignore[type-arg]
    """A rate, typed in percent: 20 is kept as 0.2."""

    rate = forms.DecimalField(
        min_value=0,
        max_value=100,
        max_digits=7,
        decimal_places=4,
        label="Rate (%)",
        help_text="For example, 20 or 9.975.",
        widget=UnfoldAdminDecimalFieldWidget,
    )

    class Meta:
        model = TaxRate
        fields = (
            "country", "region", "tax_class", "title", "rate", "added", "valid_from", "valid_to",
            "source",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:  # noqa: SLF001 - Django's documented API
            self.initial["rate"] = (self.instance.rate * 100).normalize()

    def clean_rate(self) -> Decimal:
        """Return the percentage as a fraction."""
        percent: Decimal = self.cleaned_data["rate"]
        return percent / 100

    def clean(self) -> dict[str, Any]:
        """Refuse what the table would, in words; others that write rates wait until it is saved."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        try:
            place = normal_place(cleaned["country"], cleaned["region"])
        except UnknownPlace as refusal:
            self.add_error("region" if cleaned["region"] else "country", refusal.detail)
            return cleaned
        cleaned["country"], cleaned["region"] = place
        first, last = cleaned["valid_from"], cleaned["valid_to"]
        if last is not None and last < first:
            self.add_error("valid_to", "The last day is before the first.")
        if cleaned["added"] and not cleaned["title"]:
            self.add_error("title", "A rate that is added to another needs a title.")
        RulesVersion.lock()
        rate = TaxRate(pk=self.instance.pk, **cleaned)
        if not self.errors and (other := rate.overlapping().first()):
            self.add_error("valid_from", _overlap(other, rate))
        return cleaned


def _overlap(other: TaxRate, rate: TaxRate) -> str:
    """Say which rate is in the way, and what would clear it."""
    until = f"until {other.valid_to}" if other.valid_to else "until further notice"
    advice = "give other dates"
    if other.valid_from < rate.valid_from:
        advice = f"end that one on {rate.valid_from - timedelta(days=1)}, or {advice}"
    return f"{other} holds from {other.valid_from} {until}: {advice}."

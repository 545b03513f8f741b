"""Forms of the admin pages of shipping: in money, kilograms and the names of countries."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from babel import Locale
from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelect2MultipleWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from checkout.models import ShippingArea, ShippingMethod
from core.address import Place, normalize_place
from core.backoffice.forms import MajorUnitsField, PriceForm, minor_units
from core.errors import Invalid
from core.money import MAX_AMOUNT, to_major
from core.postal import country_codes
from pricing.domain import PricedBy

GRAMS = 1000  # in a kilogram
REGIONS_EXAMPLE = "US: Alaska, Hawaii"


def measure_in_words(minimum: int, currency: str, priced_by: PricedBy) -> Decimal:
    """Return where a band begins as staff enter it: kilograms, major units or units."""
    match priced_by:
        case PricedBy.WEIGHT:
            return Decimal(minimum) / GRAMS
        case PricedBy.SUBTOTAL:
            return to_major(minimum, currency)
        case PricedBy.QUANTITY | PricedBy.FLAT:
            return Decimal(minimum)


class ShippingMethodForm(forms.ModelForm):  # type: ignore[type-arg]
    """A shipping method; its window is in order."""

    class Meta:
        widgets = {
            "pickup_location": UnfoldAdminTextareaWidget(attrs={"rows": 3}),
            "free_with_skus": UnfoldAdminTextInputWidget,
            "free_with_products": UnfoldAdminTextInputWidget,
            "free_with_categories": UnfoldAdminTextInputWidget,
        }

    def clean(self) -> dict[str, Any]:
        """Refuse a delivery that is to be later than it is at the latest."""
        cleaned = super().clean() or self.cleaned_data
        least, most = cleaned.get("min_days"), cleaned.get("max_days")
        if least is not None and most is not None and least > most:
            self.add_error("max_days", f"Enter at least {least}, or a lower number before.")
        return cleaned


class FlatPriceFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    """The prices of a flat method, which has at least one; another has bands in their place."""

    def clean(self) -> None:
        """Refuse a flat method without a price, and prices that would not be used."""
        super().clean()
        has_rows, priced_by = bool(_kept(self)), self.instance.priced_by
        if priced_by == PricedBy.FLAT and not has_rows:
            raise ValidationError("Enter a price: without one it is never offered.")
        if priced_by != PricedBy.FLAT and has_rows:
            raise ValidationError(f"Delete these: it is priced by {priced_by}, in bands.")


class ShippingBandForm(PriceForm):
    """A band: where it begins, in kilograms, money or units, and its price."""

    minimum = forms.DecimalField(
        min_value=0,
        max_digits=15,
        label="From",
        widget=UnfoldAdminDecimalFieldWidget,
        help_text="Kilograms, money or units. It goes on to where the next one begins.",
    )
    amount = MajorUnitsField(
        required=False, label="Price", help_text="Leave it blank where delivery ends."
    )
    field_order = ["currency", "minimum", "amount"]

    def __init__(self, *args: Any, method: ShippingMethod, **kwargs: Any) -> None:
        # Not what it is priced by: the form of the method itself is read only afterwards.
        self.method = method
        self.shown_by = PricedBy(method.priced_by)
        super().__init__(*args, **kwargs)
        band = self.instance
        if band.pk:
            shown = measure_in_words(band.minimum, band.currency, self.shown_by)
            self.initial["minimum"] = shown

    def has_changed(self) -> bool:
        """Tell whether the row has: two kilograms that are two units now have, too."""
        means_other = self.instance.pk is not None and self.method.priced_by != self.shown_by
        return means_other or super().has_changed()

    def clean(self) -> dict[str, Any]:
        """Convert the amount and where it begins to minor units, grams or units."""
        cleaned = super().clean()
        minimum, currency = cleaned.get("minimum"), cleaned.get("currency")
        if minimum is not None and currency is not None:
            try:
                cleaned["minimum"] = self._stored(minimum, currency)
            except ValidationError as error:
                self.add_error("minimum", error)
        return cleaned

    def _stored(self, minimum: Decimal, currency: str) -> int:
        if self.method.priced_by == PricedBy.SUBTOTAL:
            return minor_units(minimum, currency)
        by_weight = self.method.priced_by == PricedBy.WEIGHT
        whole = minimum * GRAMS if by_weight else minimum
        if whole != whole.to_integral_value():
            raise ValidationError("Enter whole grams." if by_weight else "Enter whole units.")
        if whole > MAX_AMOUNT:
            raise ValidationError("Enter less.")
        return int(whole)


class ShippingBandFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    """The bands of a method that is not flat, one after another in each currency."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "method": self.instance}

    def clean(self) -> None:
        """Refuse a method without bands, unused ones, and an end that is not the last."""
        super().clean()
        bands = [form.cleaned_data for form in _kept(self) if form.is_valid()]
        if self.instance.priced_by == PricedBy.FLAT:
            if bands:
                raise ValidationError("Delete these, or choose what it is priced by.")
            return
        if not any(band.get("amount") is not None for band in bands) and not any(self.errors):
            raise ValidationError("Enter a band with a price: without one it is never offered.")
        for band in bands:
            later = [other for other in bands if other["currency"] == band["currency"]]
            if band["amount"] is None and max(o["minimum"] for o in later) > band["minimum"]:
                raise ValidationError(
                    f"In {band['currency']}, enter a price for each band but the last: "
                    "a blank one is where delivery ends."
                )


class ShippingZoneForm(forms.ModelForm):  # type: ignore[type-arg]
    """A zone with the countries and regions that it has."""

    countries = forms.MultipleChoiceField(required=False, widget=UnfoldAdminSelect2MultipleWidget)
    regions = forms.CharField(
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=f"A country in each line, then its regions: {REGIONS_EXAMPLE}.",
    )
    everywhere_else = forms.BooleanField(
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text="Wherever no other zone has the region or the country.",
    )
    areas: list[Place]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = Locale("en").territories
        choices = [(code, f"{names.get(code, code)} ({code})") for code in country_codes()]
        field: Any = self.fields["countries"]
        field.choices = sorted(choices, key=lambda choice: choice[1])
        if self.instance.pk:
            areas = list(self.instance.areas.all())
            self.initial["countries"] = [a.country for a in areas if a.country and not a.region]
            self.initial["regions"] = regions_in_words(areas)
            self.initial["everywhere_else"] = any(not area.country for area in areas)

    def clean_regions(self) -> list[Place]:
        """Return the regions, each as addresses have it."""
        places = []
        for line in filter(None, map(str.strip, self.cleaned_data["regions"].splitlines())):
            country, colon, named = line.partition(":")
            regions = [region.strip() for region in named.split(",") if region.strip()]
            if not colon or not regions:
                raise ValidationError(f"Enter regions like {REGIONS_EXAMPLE}.")
            for region in regions:
                try:
                    places.append(normalize_place(Place(country.strip(), region)))
                except Invalid as refusal:
                    raise ValidationError(f"{line}: {refusal.errors[0].detail}") from None
        return places

    def clean(self) -> dict[str, Any]:
        """Gather the areas; refuse a zone without any, and areas that another zone has."""
        cleaned = super().clean() or self.cleaned_data
        self.areas = [Place(code) for code in cleaned.get("countries", [])]
        self.areas += cleaned.get("regions", [])
        self.areas += [Place("")] if cleaned.get("everywhere_else") else []
        if not self.areas and not self.errors:
            raise ValidationError("Choose a country, a region or everywhere else.")
        wanted = {(area.country_code, area.region) for area in self.areas}
        others = ShippingArea.objects.exclude(zone=self.instance).select_related("zone")
        for area in others:
            if (area.country, area.region) in wanted:
                raise ValidationError(f"The zone {area.zone} has {area}: it is in one zone only.")
        return cleaned


def regions_in_words(areas: list[ShippingArea]) -> str:
    """Return the regions as they are entered: a line for each country."""
    lines: dict[str, list[str]] = {}
    for area in areas:
        if area.region:
            lines.setdefault(area.country, []).append(area.region)
    return "\n".join(f"{country}: {', '.join(named)}" for country, named in lines.items())


def _kept(formset: Any) -> list[Any]:
    """Return the forms of rows that there will be."""
    return [
        form
        for form in formset.forms
        if (form.has_changed() or form.instance.pk) and not formset._should_delete_form(form)  # noqa: SLF001 - Django's hook
    ]

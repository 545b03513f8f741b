"""The pages of tax rates and VAT checks."""

from __future__ import annotations

from django.contrib import admin
from unfold.contrib.filters.admin import FieldTextFilter
from unfold.decorators import display

from core.backoffice.base import ReadOnlyAdmin, ShopAdmin
from pricing.forms.tax_rates import TaxRateForm
from pricing.models import TaxRate, VatCheck
from pricing.models.taxes import format_percent


@admin.register(TaxRate)
class TaxRateAdmin(ShopAdmin):
    """Rates of tax. What was ordered keeps what it was taxed with."""

    form = TaxRateForm
    list_display = [
        "place",
        "tax_class",
        "title",
        "percent",
        "added",
        "valid_from",
        "valid_to",
    ]
    list_filter = [("country", FieldTextFilter), ("tax_class", FieldTextFilter)]
    search_fields = ["country", "region", "tax_class", "title"]
    search_help_text = "Search by country, region, class or title."
    ordering = ["country", "region", "tax_class", "-valid_from"]
    fields = [
        ("country", "region"),
        ("tax_class", "title"),
        "rate",
        ("valid_from", "valid_to"),
        "added",
        "source",
    ]
    reader_columns = {"rate": "percent"}

    @display(description="Place", ordering="country")
    def place(self, rate: TaxRate) -> str:
        """Return the country, and the region."""
        return rate.place

    @display(description="Rate", ordering="rate")
    def percent(self, rate: TaxRate) -> str:
        """Return the rate in percent."""
        return format_percent(rate.rate)


@admin.register(VatCheck)
class VatCheckAdmin(ReadOnlyAdmin):
    """What VIES answered about VAT numbers, newest first."""

    shows_personal_data = True
    list_display = ["number", "valid", "name", "consultation", "requested_at"]
    list_filter = ["valid"]
    identifiers = {"number": str.upper}
    search_fields = [*identifiers]
    search_help_text = "Search by whole VAT number."
    ordering = ["-id"]
    fields = [("number", "valid"), ("name", "address"), ("consultation", "requested_at")]

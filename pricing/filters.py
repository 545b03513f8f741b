"""The filters of the list of tax rates."""

from __future__ import annotations

from core.http.fields import StrictCharField
from core.http.filters import FilterSet, ParameterFilter
from pricing.models import TaxRate


class TaxRateFilterSet(FilterSet):
    """What the list of tax rates can be narrowed by."""

    country = ParameterFilter(StrictCharField, max_length=2, help_text="ISO 3166-1 alpha-2.")
    region = ParameterFilter(StrictCharField, max_length=100, help_text="As rates have it.")
    tax_class = ParameterFilter(StrictCharField, max_length=50, help_text="Such as `standard`.")

    class Meta:
        model = TaxRate
        fields: tuple[str, ...] = ()

"""Reads of taxes: the shop's table, what a tax service said, and what VIES said of a number."""

from __future__ import annotations

from django.conf import settings

from pricing.domain import (
    DatedRate,
    Destination,
    ShippingTax,
    TaxBasis,
    TaxRate,
    TaxRounding,
    TaxRules,
    TaxTable,
)
from pricing.models import TaxRate as StoredRate


def stored_rates() -> list[DatedRate]:
    """Read all rates of the table, those that are over as well: prices of the past have them."""
    return [rate.as_dated() for rate in StoredRate.objects.all()]


def tax_rules(table: TaxTable) -> TaxRules:
    """Return how the shop taxes by its settings, with its table of rates."""
    country, region = settings.TAXES.origin
    return TaxRules(
        flat=TaxRate(settings.TAX_RATE, source="CONGOCART_TAX_RATE"),
        included=settings.PRICES_INCLUDE_TAX,
        rounding=TaxRounding(settings.TAX_ROUNDING),
        table=table,
        basis=TaxBasis(settings.TAXES.basis),
        origin=Destination(country, region),
        shipping=ShippingTax(settings.TAXES.shipping),
    )

"""Reads of taxes: the shop's table, what a tax service said, and what VIES said of a number."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

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
from pricing.models import VatCheck

# How long an answer of VIES holds: a number can be deregistered on any day.
VAT_CHECK_HOLDS = timedelta(days=1)


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


def checked_vat_numbers(numbers: Collection[str], *, now: datetime) -> set[str]:
    """Return those of the numbers that VIES has answered about within `VAT_CHECK_HOLDS`."""
    recent = VatCheck.objects.filter(number__in=numbers, requested_at__gt=now - VAT_CHECK_HOLDS)
    return set(recent.values_list("number", flat=True))


def counting_vat_number(number: str, *, now: datetime) -> str:
    """Return a number that a price may depend on, empty for one that may not.

    `off`: each whose check digits are right. `optional`: unless VIES has said that it is not
    registered. `required`: once VIES has said that it is.
    """
    if not number or settings.TAXES.vies == "off":
        return number
    recent = VatCheck.objects.filter(number=number, requested_at__gt=now - VAT_CHECK_HOLDS)
    verdicts = recent.order_by("-requested_at", "-id").values_list("valid", flat=True)
    valid = verdicts.first()
    counts = settings.TAXES.vies == "optional" if valid is None else valid
    return number if counts else ""

"""How the shop taxes its prices."""

from __future__ import annotations

from django.conf import settings

from pricing.domain import TaxRounding, TaxTerms


def tax_terms() -> TaxTerms:
    """Return the terms of the settings."""
    return TaxTerms(
        rate=settings.TAX_RATE,
        included=settings.PRICES_INCLUDE_TAX,
        rounding=TaxRounding(settings.TAX_ROUNDING),
    )

"""Services that are asked about taxes: one for rates, and VIES for VAT numbers."""

from __future__ import annotations

from django.conf import settings

from pricing.providers.base import TaxProvider, TaxProviderFailed
from pricing.providers.http import HttpTaxProvider
from pricing.providers.vies import VatAnswer, ask_vies

__all__ = ["TaxProvider", "TaxProviderFailed", "VatAnswer", "ask_vies", "tax_provider"]


def tax_provider() -> TaxProvider | None:
    """Return the tax service that the shop has chosen, None where its own table holds."""
    chosen = settings.TAXES
    if not chosen.provider:
        return None
    return HttpTaxProvider(chosen.provider, chosen.provider_token, chosen.provider_timeout)

"""What the shop's rules of pricing are, and the columns that whatever has a price shares."""

from __future__ import annotations

from pricing.models.price_lists import PriceList, PriceListChange
from pricing.models.priced import AbstractLine, AbstractTotals, totals_add_up
from pricing.models.rules import RulesVersion
from pricing.models.taxes import ProvidedTaxes, TaxRate, VatCheck

__all__ = [
    "AbstractLine",
    "AbstractTotals",
    "PriceList",
    "PriceListChange",
    "ProvidedTaxes",
    "RulesVersion",
    "TaxRate",
    "VatCheck",
    "totals_add_up",
]

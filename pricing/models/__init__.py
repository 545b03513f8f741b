"""What the shop's rules of pricing are, and the columns that whatever has a price shares."""

from __future__ import annotations

from pricing.models.price_lists import PriceList, PriceListChange
from pricing.models.priced import (
    AbstractLine,
    AbstractTotals,
    explanation_body,
    totals_add_up,
)
from pricing.models.promotions import Promotion, PromotionCode, Redemption, Slot
from pricing.models.rules import RulesVersion
from pricing.models.taxes import ProvidedTaxes, TaxRate, VatCheck

__all__ = [
    "AbstractLine",
    "AbstractTotals",
    "PriceList",
    "PriceListChange",
    "Promotion",
    "PromotionCode",
    "ProvidedTaxes",
    "Redemption",
    "RulesVersion",
    "Slot",
    "TaxRate",
    "VatCheck",
    "explanation_body",
    "totals_add_up",
]

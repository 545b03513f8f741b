"""What the shop's rules of pricing are, and the columns that whatever has a price shares."""

from __future__ import annotations

from pricing.models.priced import (
    AbstractLine,
    AbstractTotals,
    discount_body,
    explanation_body,
    totals_add_up,
)
from pricing.models.promotions import Promotion, PromotionCode, Redemption, Slot
from pricing.models.rules import RulesVersion

__all__ = [
    "AbstractLine",
    "AbstractTotals",
    "Promotion",
    "PromotionCode",
    "Redemption",
    "RulesVersion",
    "Slot",
    "discount_body",
    "explanation_body",
    "totals_add_up",
]

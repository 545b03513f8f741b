"""The admin pages of pricing."""

from __future__ import annotations

from pricing.admin.lines import PricedLineInline
from pricing.admin.promotions import PromotionAdmin
from pricing.admin.taxes import TaxRateAdmin, VatCheckAdmin

__all__ = ["PricedLineInline", "PromotionAdmin", "TaxRateAdmin", "VatCheckAdmin"]

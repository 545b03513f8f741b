"""What prices depend on, over HTTP."""

from __future__ import annotations

from pricing.views.promotions import PromotionCodeViewSet, PromotionViewSet
from pricing.views.tax_rates import TaxRateViewSet

__all__ = ["PromotionCodeViewSet", "PromotionViewSet", "TaxRateViewSet"]

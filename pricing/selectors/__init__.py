"""Reads of what prices depend on."""

from __future__ import annotations

from pricing.selectors.promotions import codes_of, promotion_with, promotions
from pricing.selectors.rules import pricing_rules, pricing_terms
from pricing.selectors.usage import used_up

__all__ = [
    "codes_of",
    "pricing_rules",
    "pricing_terms",
    "promotion_with",
    "promotions",
    "used_up",
]

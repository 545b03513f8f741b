"""Reads of what prices depend on."""

from __future__ import annotations

from pricing.selectors.promotions import codes_of, promotion_with, promotions
from pricing.selectors.rules import pricing_rules, tax_classes
from pricing.selectors.terms import terms_for
from pricing.selectors.usage import used_up

__all__ = [
    "codes_of",
    "pricing_rules",
    "promotion_with",
    "promotions",
    "tax_classes",
    "terms_for",
    "used_up",
]

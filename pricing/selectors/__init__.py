"""Reads of what prices depend on."""

from __future__ import annotations

from pricing.selectors.rules import pricing_rules, tax_classes
from pricing.selectors.terms import terms_for

__all__ = ["pricing_rules", "tax_classes", "terms_for"]

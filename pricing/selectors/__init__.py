"""Reads of what prices depend on."""

from __future__ import annotations

from pricing.selectors.rules import pricing_rules
from pricing.selectors.terms import terms_for

__all__ = ["pricing_rules", "terms_for"]

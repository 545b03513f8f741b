"""Reads of what prices depend on."""

from __future__ import annotations

from pricing.selectors.rules import pricing_rules, tax_classes

__all__ = ["pricing_rules", "tax_classes"]

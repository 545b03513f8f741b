"""Reads of what prices depend on."""

from __future__ import annotations

from pricing.selectors.rules import pricing_rules, tax_classes
from pricing.selectors.taxes import VAT_CHECK_HOLDS, checked_vat_numbers, counting_vat_number

__all__ = [
    "VAT_CHECK_HOLDS",
    "checked_vat_numbers",
    "counting_vat_number",
    "pricing_rules",
    "tax_classes",
]

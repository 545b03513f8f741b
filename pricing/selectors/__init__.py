"""Reads of what prices depend on."""

from __future__ import annotations

from pricing.selectors.promotions import (
    codes_of,
    promotion_with,
    promotions,
)
from pricing.selectors.rules import (
    pricing_rules,
    tax_classes,
)
from pricing.selectors.taxes import (
    VAT_CHECK_HOLDS,
    checked_vat_numbers,
    counting_vat_number,
)
from pricing.selectors.terms import (
    terms_for,
)
from pricing.selectors.usage import (
    used_up,
)

__all__ = [
    "VAT_CHECK_HOLDS",
    "checked_vat_numbers",
    "codes_of",
    "counting_vat_number",
    "pricing_rules",
    "promotion_with",
    "promotions",
    "tax_classes",
    "terms_for",
    "used_up",
]

"""Writes of what prices depend on."""

from __future__ import annotations

from pricing.services.provided_taxes import forget_provided_taxes, with_provided_taxes
from pricing.services.tax_rates import (
    CREATE_TAX_RATE_ERRORS,
    Imported,
    create_tax_rate,
    delete_tax_rate,
    import_tax_rates,
)
from pricing.services.vat_numbers import check_vat_number

__all__ = [
    "CREATE_TAX_RATE_ERRORS",
    "Imported",
    "check_vat_number",
    "create_tax_rate",
    "delete_tax_rate",
    "forget_provided_taxes",
    "import_tax_rates",
    "with_provided_taxes",
]

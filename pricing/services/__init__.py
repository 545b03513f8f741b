"""Writes of what prices depend on."""

from __future__ import annotations

from pricing.services.tax_rates import (
    CREATE_TAX_RATE_ERRORS,
    Imported,
    create_tax_rate,
    delete_tax_rate,
    import_tax_rates,
)

__all__ = [
    "CREATE_TAX_RATE_ERRORS",
    "Imported",
    "create_tax_rate",
    "delete_tax_rate",
    "import_tax_rates",
]

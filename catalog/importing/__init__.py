"""Catalog files: CSV rows in, products out. Touches no database; docs/import.md says the rest."""

from __future__ import annotations

from catalog.importing.files import UnreadableFile
from catalog.importing.formats import FORMATS, read_products
from catalog.importing.products import (
    BadRow,
    Imported,
    ImportedProduct,
    ImportedVariant,
    Seen,
)
from catalog.importing.skus import derived_sku

__all__ = [
    "FORMATS",
    "BadRow",
    "Imported",
    "ImportedProduct",
    "ImportedVariant",
    "Seen",
    "UnreadableFile",
    "derived_sku",
    "read_products",
]

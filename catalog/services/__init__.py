"""Writes of the catalog: one function a use case."""

from __future__ import annotations

from catalog.services.categories import create_category, move_category
from catalog.services.imports import Imported, Seen, import_products
from catalog.services.products import (
    CREATE_PRODUCT_ERRORS,
    UPDATE_PRODUCT_ERRORS,
    create_product,
    delete_product,
    update_product,
)
from catalog.services.stock import ADJUST_STOCK_ERRORS, adjust_stock_of_sku
from catalog.services.variants import (
    ADD_VARIANT_ERRORS,
    add_variant,
    update_variant,
)

__all__ = [
    "ADD_VARIANT_ERRORS",
    "ADJUST_STOCK_ERRORS",
    "CREATE_PRODUCT_ERRORS",
    "UPDATE_PRODUCT_ERRORS",
    "Imported",
    "Seen",
    "add_variant",
    "adjust_stock_of_sku",
    "create_category",
    "create_product",
    "delete_product",
    "import_products",
    "move_category",
    "update_product",
    "update_variant",
]

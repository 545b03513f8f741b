"""Reads of the catalogue."""

from __future__ import annotations

from catalog.selectors.categories import category_tree
from catalog.selectors.offers import offers
from catalog.selectors.products import (
    ProductRow,
    product,
    product_list,
    product_rows,
    taken_slugs,
    variant,
)

__all__ = [
    "ProductRow",
    "category_tree",
    "offers",
    "product",
    "product_list",
    "product_rows",
    "taken_slugs",
    "variant",
]

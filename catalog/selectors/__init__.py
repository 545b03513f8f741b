"""Reads of the catalog."""

from __future__ import annotations

from catalog.selectors.categories import category_tree, priced_items
from catalog.selectors.currencies import priced_currencies
from catalog.selectors.images import (
    image,
    managed_image_body,
    require_category,
    require_product,
)
from catalog.selectors.offers import offers, sale_annotations
from catalog.selectors.price_lists import price_list, price_lists, prices_of
from catalog.selectors.products import (
    ProductRow,
    product,
    product_list,
    product_rows,
    skus_like,
    taken_slugs,
    variant,
)
from catalog.selectors.shown_prices import CLOCK
from catalog.selectors.stock import level_of

__all__ = [
    "CLOCK",
    "ProductRow",
    "category_tree",
    "image",
    "level_of",
    "managed_image_body",
    "offers",
    "price_list",
    "price_lists",
    "priced_currencies",
    "priced_items",
    "prices_of",
    "product",
    "product_list",
    "product_rows",
    "require_category",
    "require_product",
    "sale_annotations",
    "skus_like",
    "taken_slugs",
    "variant",
]

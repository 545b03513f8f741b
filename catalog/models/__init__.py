"""The tables of the catalog."""

from __future__ import annotations

from catalog.models.goods import (
    Category,
    ListPrice,
    Price,
    PriceChange,
    Product,
    SearchWord,
    Variant,
)
from catalog.models.images import Image, ImageFile

__all__ = [
    "Category",
    "Image",
    "ImageFile",
    "ListPrice",
    "Price",
    "PriceChange",
    "Product",
    "SearchWord",
    "Variant",
]

"""The catalog over HTTP."""

from __future__ import annotations

from catalog.views.images import ImageViewSet, UploadViewSet, image_file
from catalog.views.price_lists import ListPriceViewSet, PriceListViewSet
from catalog.views.products import CategoryViewSet, ProductViewSet, VariantViewSet
from catalog.views.statuses import ProductStatusViewSet
from catalog.views.stock import StockViewSet

__all__ = [
    "CategoryViewSet",
    "ImageViewSet",
    "ListPriceViewSet",
    "PriceListViewSet",
    "ProductStatusViewSet",
    "ProductViewSet",
    "StockViewSet",
    "UploadViewSet",
    "VariantViewSet",
    "image_file",
]

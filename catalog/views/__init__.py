"""The catalog over HTTP."""

from __future__ import annotations

from catalog.views.price_lists import ListPriceViewSet, PriceListViewSet
from catalog.views.products import CategoryViewSet, ProductViewSet, VariantViewSet
from catalog.views.statuses import ProductStatusViewSet
from catalog.views.stock import StockViewSet

__all__ = [
    "CategoryViewSet",
    "ListPriceViewSet",
    "PriceListViewSet",
    "ProductStatusViewSet",
    "ProductViewSet",
    "StockViewSet",
    "VariantViewSet",
]

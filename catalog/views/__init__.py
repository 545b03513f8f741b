"""The catalog over HTTP."""

from __future__ import annotations

from catalog.views.products import CategoryViewSet, ProductViewSet, VariantViewSet
from catalog.views.stock import StockViewSet

__all__ = ["CategoryViewSet", "ProductViewSet", "StockViewSet", "VariantViewSet"]

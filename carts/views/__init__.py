"""Carts, and what a basket would cost, over HTTP."""

from __future__ import annotations

from carts.views.carts import CartItemViewSet, CartViewSet
from carts.views.previews import PricePreviewViewSet

__all__ = ["CartItemViewSet", "CartViewSet", "PricePreviewViewSet"]

"""Carts, and what a basket would cost, over HTTP."""

from __future__ import annotations

from carts.views.carts import CartCouponViewSet, CartItemViewSet, CartViewSet
from carts.views.previews import PricePreviewViewSet

__all__ = ["CartCouponViewSet", "CartItemViewSet", "CartViewSet", "PricePreviewViewSet"]

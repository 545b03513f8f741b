"""Serializers of carts, and of what a basket would cost."""

from __future__ import annotations

from carts.serializers.carts import (
    CartInput,
    CartOutput,
    ItemsInput,
    NewCartOutput,
    QuantityInput,
    cart_body,
)
from carts.serializers.previews import PricePreviewInput, PricePreviewOutput, price_preview_body

__all__ = [
    "CartInput",
    "CartOutput",
    "ItemsInput",
    "NewCartOutput",
    "PricePreviewInput",
    "PricePreviewOutput",
    "QuantityInput",
    "cart_body",
    "price_preview_body",
]

"""Reads of checkouts, and of the ways to deliver."""

from __future__ import annotations

from checkout.selectors.checkouts import (
    CheckoutView,
    buyable_lines_of,
    buyer_of,
    checkout_for,
    details_of,
    incompleteness_of,
    lines_of,
    lines_statement,
    messages_of,
    status_at,
)
from checkout.selectors.drafts import DraftView, draft_for, drafts
from checkout.selectors.shipping import (
    ShippingQuote,
    shipping_method,
    shipping_methods,
    shipping_quote,
    shipping_rules,
    shipping_zone,
    shipping_zones,
)
from checkout.selectors.shop import (
    Shop,
    the_shop,
)

__all__ = [
    "CheckoutView",
    "DraftView",
    "ShippingQuote",
    "Shop",
    "buyable_lines_of",
    "buyer_of",
    "checkout_for",
    "details_of",
    "draft_for",
    "drafts",
    "incompleteness_of",
    "lines_of",
    "lines_statement",
    "messages_of",
    "shipping_method",
    "shipping_methods",
    "shipping_quote",
    "shipping_rules",
    "shipping_zone",
    "shipping_zones",
    "status_at",
    "the_shop",
]

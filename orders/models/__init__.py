"""Orders as they are kept."""

from __future__ import annotations

from orders.models.edits import OrderEdit
from orders.models.goods import Fulfillment, FulfillmentItem, Return, ReturnItem
from orders.models.orders import (
    MAYBE_DONE,
    Order,
    OrderLine,
    OrderQuerySet,
    RefundItem,
    SearchText,
)

__all__ = [
    "MAYBE_DONE",
    "Fulfillment",
    "FulfillmentItem",
    "Order",
    "OrderEdit",
    "OrderLine",
    "OrderQuerySet",
    "RefundItem",
    "Return",
    "ReturnItem",
    "SearchText",
]

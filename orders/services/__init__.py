"""Writes of orders: placing, canceling, and the money of an order that stands."""

from __future__ import annotations

from orders.services.canceling import cancel_order
from orders.services.money import (
    capture_payment,
    finish_operations,
    lock_order,
    refund_order,
    sync_payment_status,
)
from orders.services.placing import OrderedLine, Purchase, place_order

__all__ = [
    "OrderedLine",
    "Purchase",
    "cancel_order",
    "capture_payment",
    "finish_operations",
    "lock_order",
    "place_order",
    "refund_order",
    "sync_payment_status",
]

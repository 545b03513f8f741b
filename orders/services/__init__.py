"""Writes of orders: placing, canceling, and the money of an order that stands."""

from __future__ import annotations

from orders.services.canceling import cancel_order
from orders.services.placing import place_order
from orders.services.refunds import capture_payment, refund_order

__all__ = ["cancel_order", "capture_payment", "place_order", "refund_order"]

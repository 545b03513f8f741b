"""Serializers of orders."""

from __future__ import annotations

from orders.serializers.orders import (
    CancelInput,
    CaptureInput,
    FulfillmentInput,
    OrderOutput,
    RefundInput,
    order_body,
)
from orders.serializers.timeline import (
    HoldInput,
    NoteInput,
    OrderEventOutput,
    order_event_body,
)

__all__ = [
    "CancelInput",
    "CaptureInput",
    "FulfillmentInput",
    "HoldInput",
    "NoteInput",
    "OrderEventOutput",
    "OrderOutput",
    "RefundInput",
    "order_body",
    "order_event_body",
]

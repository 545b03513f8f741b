"""Serializers of orders."""

from __future__ import annotations

from orders.serializers.buyers import (
    LookupInput,
    OrderWithdrawalInput,
    OrderWithdrawalOutput,
    withdrawal_body,
)
from orders.serializers.goods import (
    FulfillmentInput,
    ReceiptInput,
    ReturnInput,
    ReturnOutput,
    return_body,
)
from orders.serializers.orders import (
    CancelInput,
    CaptureInput,
    ExportParameters,
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
    "ExportParameters",
    "FulfillmentInput",
    "HoldInput",
    "LookupInput",
    "NoteInput",
    "OrderEventOutput",
    "OrderOutput",
    "OrderWithdrawalInput",
    "OrderWithdrawalOutput",
    "ReceiptInput",
    "RefundInput",
    "ReturnInput",
    "ReturnOutput",
    "order_body",
    "order_event_body",
    "return_body",
    "withdrawal_body",
]

"""Serializers of orders."""

from __future__ import annotations

from orders.serializers.buyers import (
    LookupInput,
    OrderWithdrawalInput,
    OrderWithdrawalOutput,
    withdrawal_body,
)
from orders.serializers.emails import OrderEmailInput
from orders.serializers.goods import (
    FulfillmentInput,
    ReceiptInput,
    ReturnInput,
    ReturnOutput,
)
from orders.serializers.invoices import InvoiceOutput, invoice_body
from orders.serializers.orders import (
    CancelInput,
    CaptureInput,
    EditInput,
    ExportParameters,
    OrderOutput,
    RefundInput,
)
from orders.serializers.timeline import (
    HoldInput,
    NoteInput,
    OrderEventOutput,
    order_event_body,
)
from orders.snapshot import order_body, return_body

__all__ = [
    "CancelInput",
    "CaptureInput",
    "EditInput",
    "ExportParameters",
    "FulfillmentInput",
    "HoldInput",
    "InvoiceOutput",
    "LookupInput",
    "NoteInput",
    "OrderEmailInput",
    "OrderEventOutput",
    "OrderOutput",
    "OrderWithdrawalInput",
    "OrderWithdrawalOutput",
    "ReceiptInput",
    "RefundInput",
    "ReturnInput",
    "ReturnOutput",
    "invoice_body",
    "order_body",
    "order_event_body",
    "return_body",
    "withdrawal_body",
]

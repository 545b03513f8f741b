"""Serializers of orders."""

from __future__ import annotations

from orders.serializers.buyers import (
    LookupInput,
    OrderWithdrawalInput,
    OrderWithdrawalOutput,
    withdrawal_body,
)
from orders.serializers.edits import (
    EditInput,
    EditPreviewInput,
    EditPreviewOutput,
    edit_preview_body,
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
    "EditPreviewInput",
    "EditPreviewOutput",
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
    "edit_preview_body",
    "invoice_body",
    "order_body",
    "order_event_body",
    "return_body",
    "withdrawal_body",
]

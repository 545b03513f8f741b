"""Writes of orders: placing, canceling, and the payments of an order."""

from __future__ import annotations

from orders.services.attending import (
    HOLD_ORDER_ERRORS,
    NOTE_ORDER_ERRORS,
    RELEASE_ORDER_ERRORS,
    hold_order,
    note_order,
    release_order,
)
from orders.services.canceling import (
    CANCEL_ORDER_ACCESS,
    CANCEL_ORDER_ERRORS,
    cancel_order,
    preview_cancellation,
)
from orders.services.completing import complete_orders
from orders.services.editing import (
    EDIT_ORDER_ERRORS,
    PREVIEW_EDIT_ERRORS,
    EditPreview,
    edit_order,
    preview_edit,
)
from orders.services.emailing import RESEND_EMAIL_ERRORS, resend_email
from orders.services.finding import look_up_order
from orders.services.fulfilling import (
    CHANGE_FULFILLMENT_ERRORS,
    FULFILL_ORDER_ERRORS,
    cancel_fulfillment,
    deliver_fulfillment,
    fulfill_order,
)
from orders.services.placing import place_order
from orders.services.refunding_returns import (
    REFUND_RETURN_ERRORS,
    preview_refund_of_return,
    refund_return,
)
from orders.services.refunds import (
    CAPTURE_PAYMENT_ERRORS,
    REFUND_ORDER_ERRORS,
    capture_payment,
    preview_refund,
    refund_order,
)
from orders.services.returning import (
    DECIDE_RETURN_ERRORS,
    REQUEST_RETURN_ACCESS,
    REQUEST_RETURN_ERRORS,
    decide_return,
    receive_return,
    request_return,
)
from orders.services.withdrawing import (
    WITHDRAW_ACCESS,
    WITHDRAW_ERRORS,
    Withdrawal,
    preview_withdrawal,
    withdraw,
)

__all__ = [
    "CANCEL_ORDER_ACCESS",
    "CANCEL_ORDER_ERRORS",
    "CAPTURE_PAYMENT_ERRORS",
    "CHANGE_FULFILLMENT_ERRORS",
    "DECIDE_RETURN_ERRORS",
    "EDIT_ORDER_ERRORS",
    "FULFILL_ORDER_ERRORS",
    "HOLD_ORDER_ERRORS",
    "NOTE_ORDER_ERRORS",
    "PREVIEW_EDIT_ERRORS",
    "REFUND_ORDER_ERRORS",
    "REFUND_RETURN_ERRORS",
    "RELEASE_ORDER_ERRORS",
    "REQUEST_RETURN_ACCESS",
    "REQUEST_RETURN_ERRORS",
    "RESEND_EMAIL_ERRORS",
    "WITHDRAW_ACCESS",
    "WITHDRAW_ERRORS",
    "EditPreview",
    "Withdrawal",
    "cancel_fulfillment",
    "cancel_order",
    "capture_payment",
    "complete_orders",
    "decide_return",
    "deliver_fulfillment",
    "edit_order",
    "fulfill_order",
    "hold_order",
    "look_up_order",
    "note_order",
    "place_order",
    "preview_cancellation",
    "preview_edit",
    "preview_refund",
    "preview_refund_of_return",
    "preview_withdrawal",
    "receive_return",
    "refund_order",
    "refund_return",
    "release_order",
    "request_return",
    "resend_email",
    "withdraw",
]

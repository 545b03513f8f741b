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
from orders.services.emailing import RESEND_EMAIL_ERRORS, resend_email
from orders.services.fulfilling import (
    CHANGE_FULFILLMENT_ERRORS,
    FULFILL_ORDER_ERRORS,
    cancel_fulfillment,
    deliver_fulfillment,
    fulfill_order,
)
from orders.services.placing import place_order
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

__all__ = [
    "CANCEL_ORDER_ACCESS",
    "CANCEL_ORDER_ERRORS",
    "CAPTURE_PAYMENT_ERRORS",
    "CHANGE_FULFILLMENT_ERRORS",
    "DECIDE_RETURN_ERRORS",
    "FULFILL_ORDER_ERRORS",
    "HOLD_ORDER_ERRORS",
    "NOTE_ORDER_ERRORS",
    "REFUND_ORDER_ERRORS",
    "RELEASE_ORDER_ERRORS",
    "REQUEST_RETURN_ACCESS",
    "REQUEST_RETURN_ERRORS",
    "RESEND_EMAIL_ERRORS",
    "cancel_fulfillment",
    "cancel_order",
    "capture_payment",
    "decide_return",
    "deliver_fulfillment",
    "fulfill_order",
    "hold_order",
    "note_order",
    "place_order",
    "preview_cancellation",
    "preview_refund",
    "receive_return",
    "refund_order",
    "release_order",
    "request_return",
    "resend_email",
]

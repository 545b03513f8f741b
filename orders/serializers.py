"""Serializers of orders."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.http.fields import (
    Input,
    MoneyInput,
    MoneyOutput,
    Output,
    StrictBooleanField,
    StrictCharField,
    StrictListField,
)
from core.http.serializers import (
    AddressOutput,
    ItemInput,
    LineOutput,
    TotalsOutput,
    line_body,
    totals_body,
)
from core.items import MAX_LINES
from core.money import money_body
from orders.domain import FulfillmentStatus, OrderStatus, ShipmentStatus
from orders.models import Order
from payments.domain import PaymentStatus


class CancelInput(Input):
    """Why the order is canceled."""

    examples = {"reason": "Ordered by mistake."}

    reason = StrictCharField(required=False, allow_blank=True, max_length=255)


class CaptureInput(Input):
    """Minor units of the order's currency; all that is due unless given."""

    examples = {"amount": ...}

    amount = MoneyInput(required=False)


class RefundInput(Input):
    """What is refunded: an amount, the price of some items, or else everything."""

    examples = {"items": ..., "reason": "Arrived broken.", "restock": False}

    amount = MoneyInput(required=False)
    items = StrictListField(child=ItemInput(), required=False, min_length=1, max_length=MAX_LINES)
    reason = StrictCharField(required=False, allow_blank=True, max_length=255)
    restock = StrictBooleanField(required=False, help_text="Put the items back into stock.")


class FulfillmentInput(Input):
    """What is sent together; everything that is left unless items are named."""

    examples = {"items": ..., "carrier": "Royal Mail", "tracking_number": "JD0002251234567890"}

    items = StrictListField(child=ItemInput(), required=False, min_length=1, max_length=MAX_LINES)
    carrier = StrictCharField(required=False, allow_blank=True, max_length=100)
    tracking_number = StrictCharField(required=False, allow_blank=True, max_length=100)


class ExportParameters(serializers.Serializer[Any]):
    """How the file is written."""

    bom = serializers.BooleanField(
        default=False, help_text="Begin with a byte order mark, by which Excel knows UTF-8."
    )


class FulfilledItemOutput(Output):
    """Units that were sent."""

    examples = {"sku": "MUG-BLUE", "quantity": 1}

    sku = serializers.CharField()
    quantity = serializers.IntegerField()


class FulfillmentOutput(Output):
    """Units that were sent together."""

    examples = {
        "carrier": "Royal Mail",
        "tracking_number": "JD0002251234567890",
        "delivered_at": None,
        "canceled_at": None,
    }

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=[status.value for status in ShipmentStatus])
    items = FulfilledItemOutput(many=True)
    carrier = serializers.CharField()
    tracking_number = serializers.CharField()
    created_at = serializers.DateTimeField()
    delivered_at = serializers.DateTimeField(allow_null=True)
    canceled_at = serializers.DateTimeField(allow_null=True)


class OrderPaymentOutput(Output):
    """The amounts of the payment, in the order's currency."""

    examples = {
        "provider": "manual",
        "amount": money_body(4393, "GBP"),
        "captured": money_body(0, "GBP"),
        "refunded": money_body(0, "GBP"),
    }

    id = serializers.UUIDField()
    provider = serializers.CharField()
    status = serializers.ChoiceField(choices=[status.value for status in PaymentStatus])
    amount = MoneyOutput()
    captured = MoneyOutput()
    refunded = MoneyOutput()


class OrderShippingOutput(Output):
    """How it is sent."""

    examples = {"code": "standard", "title": "Standard delivery"}

    code = serializers.CharField()
    title = serializers.CharField()


class OrderOutput(Output):
    """An order: a snapshot that later changes of the catalog do not touch."""

    examples = {
        "number": "7KQ2M-4XWPA",
        "currency": "GBP",
        "canceled_at": None,
        "cancel_reason": "",
    }

    id = serializers.UUIDField()
    number = serializers.CharField()
    status = serializers.ChoiceField(choices=[status.value for status in OrderStatus])
    payment_status = serializers.ChoiceField(choices=[status.value for status in PaymentStatus])
    fulfillment_status = serializers.ChoiceField(
        choices=[status.value for status in FulfillmentStatus]
    )
    email = serializers.EmailField()
    currency = serializers.CharField()
    items = LineOutput(many=True)
    shipping_address = AddressOutput()
    billing_address = AddressOutput()
    shipping_method = OrderShippingOutput()
    totals = TotalsOutput()
    prices_include_tax = serializers.BooleanField()
    payments = OrderPaymentOutput(many=True)
    fulfillments = FulfillmentOutput(many=True)
    placed_at = serializers.DateTimeField()
    canceled_at = serializers.DateTimeField(allow_null=True)
    cancel_reason = serializers.CharField()


def order_body(order: Order) -> dict[str, Any]:
    """`OrderOutput` of an order whose lines have been read."""
    currency = order.currency
    return {
        "id": order.id,
        "number": order.number,
        "status": order.status,
        "payment_status": order.payment_status,
        "fulfillment_status": order.fulfillment_status,
        "email": order.email,
        "currency": currency,
        "items": [line_body(line, currency) for line in order.lines.all()],
        "shipping_address": order.shipping_address,
        "billing_address": order.billing_address,
        "shipping_method": {"code": order.shipping_method, "title": order.shipping_title},
        "totals": totals_body(order, currency),
        "prices_include_tax": order.tax_included,
        "payments": [
            {
                "id": payment.id,
                "provider": payment.provider,
                "status": payment.status,
                "amount": money_body(payment.amount, currency),
                "captured": money_body(payment.captured, currency),
                "refunded": money_body(payment.refunded, currency),
            }
            for payment in order.payments.all()
        ],
        "fulfillments": _fulfillments_body(order),
        "placed_at": order.placed_at,
        "canceled_at": order.canceled_at,
        "cancel_reason": order.cancel_reason,
    }


def _fulfillments_body(order: Order) -> list[dict[str, Any]]:
    skus = {line.id: line.sku for line in order.lines.all()}
    return [
        {
            "id": sent.id,
            "status": sent.status,
            "items": [
                {"sku": skus[item.line_id], "quantity": item.quantity} for item in sent.items.all()
            ],
            "carrier": sent.carrier,
            "tracking_number": sent.tracking_number,
            "created_at": sent.created_at,
            "delivered_at": sent.delivered_at,
            "canceled_at": sent.canceled_at,
        }
        for sent in order.fulfillments.all()
    ]

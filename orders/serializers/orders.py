"""Serializers of orders."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.http.buyers import BuyerOutput
from core.http.explanations import TaxOutput
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
)
from core.items import MAX_LINES
from core.money import money_body
from orders.domain import FulfillmentStatus, OrderStatus
from orders.serializers.goods import (
    FulfillmentOutput,
    ReturnOutput,
)
from payments.domain import OperationStatus, PaymentStatus
from pricing.serializers.explanations import (
    CouponOutput,
    PromotionsOutput,
)


class ExportParameters(serializers.Serializer[Any]):
    """How the file is written."""

    bom = serializers.BooleanField(
        default=False, help_text="Begin with a byte order mark, by which Excel knows UTF-8."
    )


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


class RefundedItemOutput(Output):
    """What a refund gives back of a line, or of shipping: exact shares of what was charged."""

    examples = {
        "sku": "MUG-BLUE",
        "quantity": 1,
        "price": money_body(1999, "GBP"),
        "discount": money_body(0, "GBP"),
        "tax": money_body(0, "GBP"),
        "amount": money_body(1999, "GBP"),
        "taxes": [],
    }

    sku = serializers.CharField(allow_null=True, help_text="Null of shipping.")
    quantity = serializers.IntegerField(help_text="0 of an amount that is not for units.")
    price = MoneyOutput(help_text="Before discounts.")
    discount = MoneyOutput()
    tax = MoneyOutput()
    amount = MoneyOutput(help_text="What is given back: price − discount, with tax.")
    taxes = TaxOutput(many=True, help_text="What `tax` sums up.")


class RefundOutput(Output):
    """Money that goes back, and what it gives back of what was bought, if anything."""

    examples = {"status": "succeeded", "amount": money_body(1999, "GBP"), "taxes": []}

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=[status.value for status in OperationStatus])
    amount = MoneyOutput()
    items = RefundedItemOutput(many=True)
    taxes = TaxOutput(many=True, help_text="The tax of each rate in it, that on shipping included.")
    created_at = serializers.DateTimeField()


class OrderShippingOutput(Output):
    """How it is sent."""

    examples = {
        "code": "standard",
        "title": "Standard delivery",
        "min_days": 2,
        "max_days": 4,
        "pickup": False,
        "pickup_location": "",
    }

    code = serializers.CharField()
    title = serializers.CharField()
    min_days = serializers.IntegerField(allow_null=True)
    max_days = serializers.IntegerField(allow_null=True)
    pickup = serializers.BooleanField(help_text="Whether the buyer comes for it.")
    pickup_location = serializers.CharField()


class OrderOutput(Output):
    """An order: a snapshot that later changes of the catalog do not touch."""

    examples = {
        "number": "7KQ2M-4XWPA",
        "email": "ada@example.com",
        "language": "en",
        "currency": "GBP",
        "taxes": [],
        "due": money_body(4393, "GBP"),
        "refundable": money_body(0, "GBP"),
        "refunds": [],
        "vat_number": None,
        "held_at": None,
        "completed_at": None,
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
    email = serializers.CharField(help_text="Empty where the shop needs none.")
    language = serializers.CharField(help_text="That e-mails are written in.")
    buyer = BuyerOutput()
    currency = serializers.CharField()
    items = LineOutput(many=True)
    shipping_address = AddressOutput(allow_null=True)
    billing_address = AddressOutput(allow_null=True)
    shipping_method = OrderShippingOutput(
        allow_null=True, help_text="Null when there is nothing to deliver."
    )
    vat_number = serializers.CharField(allow_null=True)
    coupons = CouponOutput(many=True)
    promotions = PromotionsOutput()
    totals = TotalsOutput()
    taxes = TaxOutput(many=True, help_text="`totals.tax` by rate, that on shipping included.")
    prices_include_tax = serializers.BooleanField()
    due = MoneyOutput(help_text="What the buyer still owes.")
    refundable = MoneyOutput(help_text="What could still be refunded.")
    payments = OrderPaymentOutput(many=True)
    fulfillments = FulfillmentOutput(many=True)
    returns = ReturnOutput(many=True)
    refunds = RefundOutput(many=True)
    placed_at = serializers.DateTimeField()
    held_at = serializers.DateTimeField(
        allow_null=True, help_text="Since when staff hold it; nothing of it is sent meanwhile."
    )
    completed_at = serializers.DateTimeField(
        allow_null=True,
        help_text="When nothing was left to do: all paid, and sent, delivered or refunded.",
    )
    canceled_at = serializers.DateTimeField(allow_null=True)
    cancel_reason = serializers.CharField()

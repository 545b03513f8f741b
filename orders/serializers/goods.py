"""Serializers of what is sent of an order, and of what comes back."""

from __future__ import annotations

from rest_framework import serializers

from core.http.fields import Input, Output, StrictBooleanField, StrictCharField, StrictListField
from core.http.serializers import ItemInput
from core.items import MAX_LINES
from orders.domain import ReturnKind, ReturnStatus, ShipmentStatus


class FulfillmentInput(Input):
    """What is sent together; everything that is left unless items are named."""

    examples = {"items": ..., "carrier": "Royal Mail", "tracking_number": "JD0002251234567890"}

    items = StrictListField(child=ItemInput(), required=False, min_length=1, max_length=MAX_LINES)
    carrier = StrictCharField(required=False, allow_blank=True, max_length=100)
    tracking_number = StrictCharField(required=False, allow_blank=True, max_length=100)


class MovedItemOutput(Output):
    """Units that were sent, or come back."""

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
    items = MovedItemOutput(many=True)
    carrier = serializers.CharField()
    tracking_number = serializers.CharField()
    created_at = serializers.DateTimeField()
    delivered_at = serializers.DateTimeField(allow_null=True)
    canceled_at = serializers.DateTimeField(allow_null=True)


class ReturnInput(Input):
    """What the buyer wants to send back, and why."""

    examples = {"items": ..., "reason": "Too small."}

    items = StrictListField(child=ItemInput(), min_length=1, max_length=MAX_LINES)
    reason = StrictCharField(required=False, allow_blank=True, max_length=255)


class ReceiptInput(Input):
    """The units have arrived."""

    examples = {"restock": True}

    restock = StrictBooleanField(required=False, help_text="Put the units back into stock.")


class ReturnOutput(Output):
    """Units that come back."""

    examples = {"kind": "return", "reason": "Too small.", "decided_at": None, "received_at": None}

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(
        choices=[kind.value for kind in ReturnKind],
        help_text="A withdrawal is the buyer's right, and approved from the start.",
    )
    status = serializers.ChoiceField(choices=[status.value for status in ReturnStatus])
    items = MovedItemOutput(many=True)
    reason = serializers.CharField()
    restocked = serializers.BooleanField()
    requested_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    received_at = serializers.DateTimeField(allow_null=True)

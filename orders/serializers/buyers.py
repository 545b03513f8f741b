"""Serializers of what buyers do about an order by themselves."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.buyer import buyer_known_by
from core.http.fields import (
    Input,
    MoneyOutput,
    Output,
    StrictBooleanField,
    StrictCharField,
    StrictEmailField,
    StrictListField,
)
from core.http.serializers import ItemInput
from core.items import MAX_LINES
from core.money import money_body
from orders.serializers.goods import MovedItemOutput
from orders.services import Withdrawal


class LookupInput(Input):
    """What a guest knows of an order."""

    examples = {"number": "7KQ2M-4XWPA", "email": "ada@example.com"}

    number = StrictCharField(max_length=40)
    email = StrictEmailField()


class OrderWithdrawalInput(Input):
    """What the buyer withdraws from: everything unless items are named; no reason is needed."""

    examples = {"items": ..., "confirm": True}

    items = StrictListField(child=ItemInput(), required=False, min_length=1, max_length=MAX_LINES)
    confirm = StrictBooleanField(
        required=False, help_text="Without it nothing is done; the answer says what would be."
    )


class OrderWithdrawalOutput(Output):
    """What is, or would be, withdrawn from: for the buyer to confirm, and to keep."""

    examples = {
        "number": "7KQ2M-4XWPA",
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "items": ...,
        "everything": True,
        "refund": money_body(4393, "GBP"),
        "deadline": "2026-06-15T22:59:59Z",
        "confirmed": True,
        "submitted_at": "2026-06-02T09:14:31Z",
    }

    number = serializers.CharField()
    name = serializers.CharField(help_text="The buyer's; empty when unknown.")
    email = serializers.CharField(help_text="Where the acknowledgment is sent to.")
    items = MovedItemOutput(many=True)
    everything = serializers.BooleanField(
        help_text="Whether the buyer keeps nothing; then the cost of delivery is refunded, too."
    )
    refund = MoneyOutput(
        help_text="What the buyer gets back: at once for what was not sent, else once it arrives."
    )
    deadline = serializers.DateTimeField(
        allow_null=True, help_text="The end of the period; null while something is to be sent."
    )
    confirmed = serializers.BooleanField()
    submitted_at = serializers.DateTimeField(allow_null=True, help_text="Null until confirmed.")


def withdrawal_body(withdrawal: Withdrawal) -> dict[str, Any]:
    """`OrderWithdrawalOutput` of a withdrawal, or of what it would be."""
    order = withdrawal.order
    buyer = buyer_known_by(order.buyer, order.shipping_address)
    return {
        "number": order.number,
        "name": " ".join(filter(None, (buyer["first_name"], buyer["last_name"]))),
        "email": order.email,
        "items": [{"sku": sku, "quantity": count} for sku, count in withdrawal.items.items()],
        "everything": withdrawal.everything,
        "refund": money_body(withdrawal.refund.amount, withdrawal.refund.currency),
        "deadline": withdrawal.deadline,
        "confirmed": withdrawal.submitted_at is not None,
        "submitted_at": withdrawal.submitted_at,
    }

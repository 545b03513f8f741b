"""Serializers of completing a checkout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from checkout.domain import CheckoutStatus
from checkout.services import Completion, PaymentChoice
from core.http.fields import Input, MoneyInput, MoneyOutput, Output, StrictCharField
from core.money import money_body


class OrderReferenceOutput(Output):
    """The order that a checkout has become."""

    examples = {"number": "7KQ2M-4XWPA"}

    id = serializers.UUIDField()
    number = serializers.CharField()


class PaymentInput(Input):
    """How the buyer pays."""

    examples = {"provider": "manual"}

    provider = StrictCharField(max_length=20)
    token = StrictCharField(
        required=False, max_length=255, help_text="From the provider's own form; never card data."
    )


class CompletionInput(Input):
    """Completes the checkout; refused if the total is not the one expected."""

    payment = PaymentInput()
    expected_total = MoneyInput(required=False)


class CompletionOutput(Output):
    """The order that was placed."""

    status = serializers.ChoiceField(choices=[CheckoutStatus.COMPLETED.value])
    order = OrderReferenceOutput()


class PaymentActionOutput(Output):
    """What the buyer has to do, in the words of the provider."""

    examples = {"type": "redirect", "url": "https://pay.example/3ds/4f1d9c"}

    type = serializers.CharField()
    url = serializers.CharField(required=False)
    client_secret = serializers.CharField(required=False)


class PaymentOutput(Output):
    """A payment in progress."""

    examples = {
        "provider": "stripe",
        "status": "requires_action",
        "amount": money_body(4393, "GBP"),
    }

    id = serializers.UUIDField()
    provider = serializers.CharField()
    status = serializers.CharField()
    amount = MoneyOutput()
    action = PaymentActionOutput(allow_null=True)


class PaymentInProgressOutput(Output):
    """No order yet: the buyer has to act, or the provider to respond."""

    status = serializers.ChoiceField(
        choices=[CheckoutStatus.REQUIRES_ACTION.value, CheckoutStatus.COMPLETING.value]
    )
    payment = PaymentOutput()


def payment_from(data: Mapping[str, Any]) -> PaymentChoice:
    """Convert validated input to what the services take."""
    return PaymentChoice(data["provider"], data.get("token", ""))


def completion_body(completion: Completion) -> dict[str, Any]:
    """Return the `CompletionOutput`, or `PaymentInProgressOutput` while there is no order."""
    if completion.order:
        order = {"id": completion.order.id, "number": completion.order.number}
        return {"status": completion.status, "order": order}
    payment = completion.payment
    body = payment and {
        "id": payment.id,
        "provider": payment.provider,
        "status": payment.status,
        "amount": money_body(payment.amount, payment.currency),
        "action": payment.action,
    }
    return {"status": completion.status, "payment": body}

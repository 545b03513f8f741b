"""Why a price is what it is: its taxes and its discounts."""

from __future__ import annotations

from rest_framework import serializers

from core.http.fields import MoneyOutput, Output
from core.money import money_body


class TaxOutput(Output):
    """A tax at one rate, on `base` or in it."""

    examples = {
        "title": "VAT",
        "rate": "0.2",
        "base": money_body(3998, "GBP"),
        "amount": money_body(800, "GBP"),
    }

    title = serializers.CharField(help_text="Empty where the rate has none.")
    rate = serializers.CharField(
        allow_null=True, help_text="A decimal fraction; null of orders that did not keep it."
    )
    base = MoneyOutput(help_text="The amount that was taxed.")
    amount = MoneyOutput()


class DiscountOutput(Output):
    """What a promotion takes off a line."""

    examples = {
        "promotion": "0197f3a1-7b1c-7c3e-9b1a-2f6f0e1d2c3b",
        "title": "Ten percent off",
        "code": "WELCOME10",
        "amount": money_body(400, "GBP"),
    }

    promotion = serializers.CharField(help_text="The id of the promotion.")
    title = serializers.CharField()
    code = serializers.CharField(help_text="Empty when it applies by itself.")
    amount = MoneyOutput()

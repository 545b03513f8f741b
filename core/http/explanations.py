"""Why a price is what it is: its taxes, its discounts, and what promotions did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

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
    code = serializers.CharField(help_text="The code that was entered; empty when it needs none.")
    amount = MoneyOutput()


class AllocationOutput(Output):
    """The part of a discount that is off one line, or off shipping."""

    examples = {"sku": "MUG-BLUE", "amount": money_body(400, "GBP")}

    sku = serializers.CharField(allow_null=True, help_text="Null of shipping.")
    amount = MoneyOutput()


class AppliedPromotionOutput(Output):
    """A promotion that took something off."""

    examples = {
        "id": "0197f3a1-7b1c-7c3e-9b1a-2f6f0e1d2c3b",
        "title": "Ten percent off",
        "code": "WELCOME10",
        "amount": money_body(400, "GBP"),
    }

    id = serializers.CharField()
    title = serializers.CharField()
    code = serializers.CharField(help_text="Empty when it applies by itself.")
    amount = MoneyOutput()
    allocations = AllocationOutput(many=True)


class RejectedPromotionOutput(Output):
    """A code, or a promotion that nearly applied, and why it took nothing off."""

    examples = {
        "code": "SUMMER",
        "id": "",
        "title": "",
        "reason": "unknown_code",
        "missing": None,
    }

    code = serializers.CharField(help_text="Empty of one that needs none.")
    id = serializers.CharField(help_text="Empty of an unknown code.")
    title = serializers.CharField()
    reason = serializers.CharField(help_text="A stable code.")
    missing = serializers.IntegerField(
        allow_null=True, help_text="Minor units or units that it would take, by its reason."
    )


class ExplanationOutput(Output):
    """Which codes were submitted, what applied, and what did not and why."""

    examples = {"submitted": ["WELCOME10", "SUMMER"], "near": []}

    submitted = serializers.ListField(child=serializers.CharField())
    applied = AppliedPromotionOutput(many=True)
    rejected = RejectedPromotionOutput(many=True)
    near = RejectedPromotionOutput(many=True)


def taxes_body(taxes: Iterable[Mapping[str, Any]], currency: str) -> list[dict[str, Any]]:
    """Render `TaxOutput` of taxes as they are kept."""
    return [
        {
            "title": tax["title"],
            "rate": tax["rate"],
            "base": money_body(tax["base"], currency),
            "amount": money_body(tax["amount"], currency),
        }
        for tax in taxes
    ]


def discounts_body(discounts: Iterable[Mapping[str, Any]], currency: str) -> list[dict[str, Any]]:
    """Render `DiscountOutput` of discounts as they are kept."""
    return [
        {
            "promotion": discount["promotion"],
            "title": discount["title"],
            "code": discount["code"],
            "amount": money_body(discount["amount"], currency),
        }
        for discount in discounts
    ]


def explanation_body(kept: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Render `ExplanationOutput` of an explanation as it is kept; empty, it explains nothing."""
    return {
        "submitted": list(kept.get("submitted", ())),
        "applied": [
            {
                "id": applied["id"],
                "title": applied["title"],
                "code": applied["code"],
                "amount": money_body(applied["amount"], currency),
                "allocations": [
                    {"sku": sku, "amount": money_body(amount, currency)}
                    for sku, amount in applied["allocations"]
                ],
            }
            for applied in kept.get("applied", ())
        ],
        **{
            name: [
                {name: rejected[name] for name in ("code", "id", "title", "reason", "missing")}
                for rejected in kept.get(name, ())
            ]
            for name in ("rejected", "near")
        },
    }

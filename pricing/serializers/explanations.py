"""Serializers of what promotions did to a price, and of the codes that asked for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from core.http.fields import Input, MoneyOutput, Output, StrictCharField
from core.money import money_body
from pricing.domain import MAX_CODE_LENGTH, Reason, RejectedPromotion
from pricing.domain.words import detail_of


class CouponInput(Input):
    """A promotion code; case does not matter."""

    examples = {"code": "WELCOME10"}

    code = StrictCharField(max_length=MAX_CODE_LENGTH)


class AllocationOutput(Output):
    """What a promotion takes off a line, or off shipping; it says which of the two."""

    examples = {"sku": "MUG-BLUE", "amount": money_body(400, "GBP")}

    sku = serializers.CharField(required=False)
    shipping = serializers.BooleanField(required=False)
    amount = MoneyOutput()


_REFUSED = {
    "code": "WELCOME10",
    "reason": "minimum_not_met",
    "detail": "Spend £10.02 more to get “Welcome”.",
}


class CouponOutput(Output):
    """A code that was entered: what it takes off, or why it takes nothing off."""

    examples = {"applied": False, **_REFUSED}

    code = serializers.CharField()
    applied = serializers.BooleanField()
    reason = serializers.ChoiceField(choices=[reason.value for reason in Reason], required=False)
    detail = serializers.CharField(required=False)
    amount = MoneyOutput(required=False)
    allocations = AllocationOutput(many=True, required=False)


class AppliedPromotionOutput(Output):
    """A promotion that takes something off; `code` is empty when it applies by itself."""

    examples = {"title": "Welcome", "code": "WELCOME10", "amount": money_body(400, "GBP")}

    id = serializers.UUIDField()
    title = serializers.CharField()
    code = serializers.CharField()
    amount = MoneyOutput()
    allocations = AllocationOutput(many=True)


class RejectedCodeOutput(Output):
    """A code that takes nothing off, and why."""

    examples = _REFUSED

    code = serializers.CharField()
    reason = serializers.ChoiceField(choices=[reason.value for reason in Reason])
    detail = serializers.CharField()


class NearPromotionOutput(Output):
    """A promotion that would apply by itself, if a little more was bought."""

    examples = {
        "title": "Over fifty",
        "reason": "minimum_not_met",
        "detail": "Spend £12.50 more to get “Over fifty”.",
        "missing": 1250,
    }

    id = serializers.UUIDField()
    title = serializers.CharField()
    reason = serializers.ChoiceField(choices=[reason.value for reason in Reason])
    detail = serializers.CharField()
    missing = serializers.IntegerField(
        allow_null=True, help_text="Minor units, or units of items, by `reason`."
    )


class PromotionsOutput(Output):
    """What promotions do to the price, and why others do nothing."""

    examples = {"submitted": ["WELCOME10"], "applied": []}

    submitted = serializers.ListField(child=serializers.CharField())
    applied = AppliedPromotionOutput(many=True)
    rejected = RejectedCodeOutput(many=True)
    near = NearPromotionOutput(many=True)


def coupon_bodies(explanation: Mapping[str, Any], currency: str) -> list[dict[str, Any]]:
    """Render a `CouponOutput` for each submitted code of a stored explanation."""
    body = promotions_body(explanation, currency)
    applied = {each["code"]: each for each in body["applied"]}
    rejected = {each["code"]: each for each in body["rejected"]}
    coupons = []
    for code in body["submitted"]:
        taken = applied.get(code, {})
        shown = {name: taken[name] for name in ("amount", "allocations") if name in taken}
        refused = {} if taken else rejected.get(code, {})
        coupons.append({"code": code, "applied": bool(taken), **refused, **shown})
    return coupons


def promotions_body(explanation: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Render `PromotionsOutput` of a stored explanation (`explanation_body`)."""
    applied = [
        {
            **{name: each[name] for name in ("id", "title", "code")},
            "amount": money_body(each["amount"], currency),
            "allocations": [
                {
                    **({"shipping": True} if sku is None else {"sku": sku}),
                    "amount": money_body(amount, currency),
                }
                for sku, amount in each["allocations"]
            ],
        }
        for each in explanation.get("applied", [])
    ]
    return {
        "submitted": explanation.get("submitted", []),
        "applied": applied,
        "rejected": [
            {name: each[name] for name in ("code", "reason")} | _detail(each, currency)
            for each in explanation.get("rejected", [])
        ],
        "near": [
            {name: each[name] for name in ("id", "title", "reason", "missing")}
            | _detail(each, currency)
            for each in explanation.get("near", [])
        ],
    }


def _detail(stored: Mapping[str, Any], currency: str) -> dict[str, str]:
    rejected = RejectedPromotion(**{**stored, "reason": Reason(stored["reason"])})
    return {"detail": detail_of(rejected, currency)}

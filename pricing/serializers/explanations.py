"""Serializers of what promotions did to a price, and of the codes that asked for them."""

from __future__ import annotations

from rest_framework import serializers

from core.http.fields import Input, MoneyOutput, Output, StrictCharField
from core.money import money_body
from pricing.domain import MAX_CODE_LENGTH, Reason


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

"""Serializers of promotions and their codes."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.http.fields import (
    Input,
    MoneyInput,
    Output,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictIntegerField,
    StrictListField,
)
from core.http.serializers import MAX_SKU_LENGTH, ItemInput
from core.items import MAX_QUANTITY
from core.money import money_body
from pricing.domain import MAX_CODE_LENGTH
from pricing.domain.promotion_bodies import ACTION_FIELDS
from pricing.domain.promotions import PromotionClass, Target
from pricing.models import Promotion, PromotionCode
from pricing.models.promotions import MAX_LIMIT

MAX_NAMED_CODES = 100
MAX_GENERATED_CODES = 10_000
_MAX_STEPS = 50
_MAX_NAMES = 1_000
_PERCENT = {"max_length": 12, "help_text": "A decimal number above 0, at most 100: 12.5."}


def _names(max_length: int, help_text: str = "") -> StrictListField:
    """Build a list of names that are compared with those of the catalog or the buyer."""
    child = StrictCharField(max_length=max_length)
    return StrictListField(
        child=child, required=False, max_length=_MAX_NAMES, help_text=help_text or None
    )


class TierInput(Input):
    """A share or an amount off from a subtotal on."""

    examples = {"min_subtotal": money_body(5000, "GBP"), "percent": "10"}

    min_subtotal = MoneyInput()
    percent = StrictCharField(required=False, **_PERCENT)
    amount = MoneyInput(required=False)


class BreakInput(Input):
    """A share off, or a price of each unit, from a quantity on."""

    examples = {"min_quantity": 10, "percent": "5"}

    min_quantity = StrictIntegerField(min_value=1, max_value=MAX_QUANTITY)
    percent = StrictCharField(required=False, **_PERCENT)
    amount = MoneyInput(required=False)


class ActionInput(Input):
    """What is taken off; `type` says which of the others belong to it.

    `percent`: percent, target. `amount`: amount, target. `fixed_price`: amount.
    `free_shipping`. `buy_x_get_y`: buy, get, percent (100). `tiered`: tiers.
    `quantity_breaks`: breaks. `bundle`: items, amount.
    """

    examples = {"type": "percent", "percent": "10", "target": "order"}

    type = StrictChoiceField(choices=list(ACTION_FIELDS))
    percent = StrictCharField(required=False, **_PERCENT)
    amount = MoneyInput(required=False)
    target = StrictChoiceField(
        choices=[target.value for target in Target],
        required=False,
        help_text="`order` unless given; of a fixed price `lines`.",
    )
    buy = StrictIntegerField(required=False, min_value=1, max_value=MAX_QUANTITY)
    get = StrictIntegerField(required=False, min_value=1, max_value=MAX_QUANTITY)
    tiers = StrictListField(child=TierInput(), required=False, max_length=_MAX_STEPS)
    breaks = StrictListField(child=BreakInput(), required=False, max_length=_MAX_STEPS)
    items = StrictListField(child=ItemInput(), required=False, max_length=_MAX_STEPS)


class ConditionsInput(Input):
    """What has to hold; what is left out holds."""

    examples = {"min_subtotal": money_body(5000, "GBP"), "countries": ["GB"]}

    min_subtotal = MoneyInput(required=False)
    min_quantity = StrictIntegerField(required=False, min_value=1, max_value=1_000_000)
    skus = _names(
        MAX_SKU_LENGTH, "With products and categories: the items that count and are discounted."
    )
    products = _names(200, "Slugs.")
    categories = _names(120, "Slugs; those below them count, too.")
    countries = _names(2, "ISO 3166-1 alpha-2, in capitals.")
    customer_groups = _names(100, "Codes.")
    first_order = StrictBooleanField(required=False)
    weekdays = StrictListField(
        child=StrictIntegerField(min_value=1, max_value=7),
        required=False,
        max_length=7,
        help_text="1 is Monday (ISO 8601), in UTC.",
    )


class PromotionChangesInput(Input):
    """What is to change; `action`, `conditions` and `codes` are replaced as a whole."""

    title = StrictCharField(required=False, max_length=200)
    action = ActionInput(required=False)
    conditions = ConditionsInput(required=False)
    codes = StrictListField(
        child=StrictCharField(max_length=MAX_CODE_LENGTH),
        required=False,
        max_length=MAX_NAMED_CODES,
        help_text="Without codes it applies by itself. Case does not matter.",
    )
    automatic = StrictBooleanField(
        required=False, help_text="False without codes: it waits for codes to be generated."
    )
    usage_limit = StrictIntegerField(
        required=False, allow_null=True, min_value=1, max_value=MAX_LIMIT
    )
    per_customer_limit = StrictIntegerField(
        required=False, allow_null=True, min_value=1, max_value=MAX_LIMIT
    )
    starts_at = serializers.DateTimeField(required=False, allow_null=True)
    ends_at = serializers.DateTimeField(required=False, allow_null=True)
    priority = StrictIntegerField(required=False, min_value=-10_000, max_value=10_000)
    exclusive = StrictBooleanField(required=False, help_text="It applies alone.")
    combines_with = StrictListField(
        child=StrictChoiceField(choices=[kind.value for kind in PromotionClass]),
        required=False,
        max_length=len(PromotionClass),
        help_text="All classes unless given.",
    )
    active = StrictBooleanField(required=False)


_EXAMPLE: dict[str, Any] = {
    "title": "Welcome",
    "codes": ["WELCOME10"],
    "usage_limit": 1000,
    "per_customer_limit": 1,
    "starts_at": "2026-12-01T00:00:00Z",
    "ends_at": "2027-01-01T00:00:00Z",
    "priority": 0,
    "exclusive": False,
    "combines_with": ["product", "order", "shipping"],
    "active": True,
}
PromotionChangesInput.examples = {**_EXAMPLE, "automatic": False, "action": ...}


class PromotionInput(PromotionChangesInput):
    """A new promotion."""

    examples = PromotionChangesInput.examples

    title = StrictCharField(max_length=200)
    action = ActionInput()


class PromotionOutput(Output):
    """A promotion, and how often it has been used."""

    examples = {
        **_EXAMPLE,
        "automatic": False,
        "action": ActionInput.examples,
        "conditions": ConditionsInput.examples,
        "used": 12,
        "held": 1,
    }

    id = serializers.UUIDField()
    title = serializers.CharField()
    action = serializers.JSONField(help_text="As it was written.")
    conditions = serializers.JSONField(help_text="As they were written.")
    codes = serializers.ListField(
        child=serializers.CharField(), help_text="Those that were not generated."
    )
    automatic = serializers.BooleanField()
    usage_limit = serializers.IntegerField(allow_null=True)
    per_customer_limit = serializers.IntegerField(allow_null=True)
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    priority = serializers.IntegerField()
    exclusive = serializers.BooleanField()
    combines_with = serializers.ListField(child=serializers.CharField())
    active = serializers.BooleanField()
    used = serializers.IntegerField(help_text="By orders that were not canceled.")
    held = serializers.IntegerField(help_text="By checkouts that are open.")
    created_at = serializers.DateTimeField()


class CodesInput(Input):
    """How many codes to make up."""

    examples = {"count": 3, "prefix": "SUMMER"}

    count = StrictIntegerField(min_value=1, max_value=MAX_GENERATED_CODES)
    prefix = StrictCharField(required=False, max_length=20)


class CodesOutput(Output):
    """New codes, each for one use."""

    examples = {"codes": ["SUMMER-K7QP-3MWX-9RTZ4"]}

    codes = serializers.ListField(child=serializers.CharField())


class CodeOutput(Output):
    """A code, and how often it has been used."""

    examples = {"code": "WELCOME10", "usage_limit": None, "used": 12, "held": 1}

    id = serializers.UUIDField()
    code = serializers.CharField()
    generated = serializers.BooleanField()
    usage_limit = serializers.IntegerField(allow_null=True)
    used = serializers.IntegerField()
    held = serializers.IntegerField()
    created_at = serializers.DateTimeField()


_PROMOTION = (
    "id", "title", "action", "conditions", "automatic", "usage_limit", "per_customer_limit",
    "starts_at", "ends_at", "priority", "exclusive", "combines_with", "active", "used", "held",
    "created_at",
)  # fmt: skip
_CODE = ("id", "code", "generated", "usage_limit", "used", "held", "created_at")


def promotion_body(promotion: Promotion) -> dict[str, Any]:
    """Render `PromotionOutput` of a promotion with its usage."""
    body = {name: getattr(promotion, name) for name in _PROMOTION}
    return {**body, "codes": promotion.named_codes}  # type: ignore[attr-defined] # annotated


def code_body(code: PromotionCode) -> dict[str, Any]:
    """Render `CodeOutput` of a code with its usage."""
    return {name: getattr(code, name) for name in _CODE}

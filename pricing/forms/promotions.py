"""The admin's form of a promotion: what it does in money and words, in place of JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from core.backoffice.forms import LinesField, MajorUnitsField, minor_units
from core.errors import CongoCartError
from core.items import MAX_QUANTITY
from core.money import known_currencies, money_body, to_major
from pricing.domain.promotions import PromotionClass, Target
from pricing.models import Promotion
from pricing.services import PromotionValues, check_promotion

TYPES = {
    "percent": "Percentage off",
    "amount": "Amount off",
    "fixed_price": "Fixed price of each item",
    "free_shipping": "Free shipping",
    "buy_x_get_y": "Buy X, get Y",
    "tiered": "Spend more, save more",
    "quantity_breaks": "Buy more of an item, save more",
    "bundle": "Bundle for a price",
}
TARGETS = {Target.ORDER: "The order", Target.LINES: "Each item", Target.SHIPPING: "Shipping"}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# The fields that a type of action shows, and the condition for Unfold to show them.
_SHOWN_FOR = {
    "target": ("percent", "amount"),
    "percent": ("percent", "buy_x_get_y"),
    "amount": ("amount", "fixed_price", "bundle"),
    "buy": ("buy_x_get_y",),
    "get": ("buy_x_get_y",),
    "steps": ("tiered", "quantity_breaks"),
    "bundle": ("bundle",),
}
CONDITIONAL = {
    name: " || ".join(f"type == '{kind}'" for kind in kinds) for name, kinds in _SHOWN_FOR.items()
}
# Where the API's pointers lead in this form.
_FIELDS = {
    "action/tiers": "steps",
    "action/breaks": "steps",
    "action/items": "bundle",
    "automatic": "codes",
}
_LISTS = ("skus", "products", "categories", "countries", "customer_groups")
_STEP = re.compile(
    r"(?P<least>\d{1,12}(\.\d{1,4})?)\s*[=:]\s*(?P<off>\d{1,12}(\.\d{1,4})?)\s*(?P<percent>%?)",
    re.ASCII,
)
_UNITS = re.compile(r"(?P<sku>\S.*?)\s+[x×]\s*(?P<quantity>[0-9]{1,4})|(?P<alone>\S.*)")


def _lines(**options: Any) -> LinesField:
    widget = UnfoldAdminTextareaWidget(attrs={"rows": 3})
    return LinesField(required=False, widget=widget, **options)


def _number(**options: Any) -> forms.IntegerField:
    widget = UnfoldAdminIntegerFieldWidget
    return forms.IntegerField(
        required=False, min_value=1, max_value=MAX_QUANTITY, widget=widget, **options
    )


class PromotionForm(forms.ModelForm):  # type: ignore[type-arg]
    """A promotion; amounts are in major units of its one currency."""

    type = forms.ChoiceField(choices=list(TYPES.items()), widget=UnfoldAdminSelectWidget)
    target = forms.ChoiceField(
        label="Off", choices=list(TARGETS.items()), required=False, widget=UnfoldAdminSelectWidget
    )
    percent = forms.DecimalField(
        label="Percent",
        required=False,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text="For example, 12.5. Of buy X, get Y: what the cheapest units cost less.",
    )
    amount = MajorUnitsField(required=False, help_text="For example, 19.99.")
    currency = forms.CharField(
        min_length=3,
        max_length=3,
        widget=UnfoldAdminTextInputWidget,
        help_text="Of every amount on this page.",
    )
    buy = _number(label="Buy")
    get = _number(label="Get", help_text="Of so many more, the cheapest cost less.")
    steps = _lines(
        help_text="One a line, ascending: “50 = 10%” or “50 = 5.00”. The first is a subtotal or "
        "a quantity; an amount is what comes off the subtotal, or a price of each unit."
    )
    bundle = _lines(label="Items of the bundle", help_text="One SKU a line: “MUG-BLUE x 2”.")
    min_subtotal = MajorUnitsField(required=False, label="Minimum subtotal")
    min_quantity = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=1_000_000,
        label="Minimum quantity",
        widget=UnfoldAdminIntegerFieldWidget,
    )
    skus = _lines(label="SKUs", help_text="One a line. With products and categories: the items "
                  "that count and are discounted; all if there are none.")  # fmt: skip
    products = _lines(help_text="Slugs, one a line.")
    categories = _lines(help_text="Slugs, one a line; those below them count, too.")
    countries = _lines(help_text="Codes like GB, one a line.")
    customer_groups = _lines(help_text="Codes, one a line.")
    first_order = forms.BooleanField(
        required=False, label="First order only", widget=UnfoldBooleanSwitchWidget
    )
    weekdays = forms.TypedMultipleChoiceField(
        coerce=int,
        required=False,
        choices=list(enumerate(WEEKDAYS, 1)),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="In UTC; every day if none is chosen.",
    )
    combines_with = forms.MultipleChoiceField(
        required=False,
        choices=[(kind.value, kind.capitalize()) for kind in PromotionClass],
        initial=[kind.value for kind in PromotionClass],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="Kinds of promotions that it applies together with, if they say so, too.",
    )
    codes = _lines(
        help_text="One a line; case does not matter. Without codes it applies by itself."
    )

    class Meta:
        model = Promotion
        fields: ClassVar[list[str]] = [
            "title", "usage_limit", "per_customer_limit", "starts_at", "ends_at", "priority",
            "exclusive", "combines_with", "active",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("currency", settings.DEFAULT_CURRENCY)
        if self.instance.action:
            self.initial.update(initial_of(self.instance))

    def clean(self) -> dict[str, Any]:
        """Make the values that the service takes, and show what it would refuse."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("currency", "").upper() not in known_currencies():
            self.add_error("currency", "Enter a valid currency code.")
        if self.errors:
            return cleaned
        try:
            self.values = values_of(cleaned)
            check_promotion(self.instance, values=self.values)
        except CongoCartError as refusal:
            for error in refusal.errors:
                self.add_error(self.field_of(error.pointer), error.detail)
        except ValidationError as error:
            self.add_error(None, error)
        return cleaned

    def field_of(self, pointer: str) -> str | None:
        """Return the field that stands for a value of the API."""
        parts = pointer.strip("/").split("/")
        field = _FIELDS.get("/".join(parts[:2])) or _FIELDS.get(parts[0]) or parts[0]
        field = parts[1] if field in ("action", "conditions") else field
        return field if field in self.fields else None


def values_of(cleaned: Mapping[str, Any]) -> PromotionValues:
    """Return what the service takes. Raises `ValidationError` naming the field that is wrong."""
    conditions = {
        "min_subtotal": money_of(cleaned, "min_subtotal"),
        **{name: cleaned[name] for name in ("min_quantity", "first_order", "weekdays")},
        **{name: _split(cleaned[name]) for name in _LISTS},
    }
    values: dict[str, Any] = {name: cleaned[name] for name in PromotionForm.Meta.fields}
    return values | {  # type: ignore[return-value] # the keys are those
        "action": action_of(cleaned),
        "conditions": _given(conditions),
        "codes": _split(cleaned["codes"]),
    }


def action_of(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """Return the action of the chosen type, of the fields that it shows. Raises as `values_of`."""
    kind = cleaned["type"]
    shown = [name for name, kinds in _SHOWN_FOR.items() if kind in kinds]
    action: dict[str, Any] = {
        name: cleaned[name] for name in ("target", "buy", "get") if name in shown
    }
    if "percent" in shown and cleaned["percent"] is not None:
        action["percent"] = f"{cleaned['percent']:f}"
    if "amount" in shown:
        action["amount"] = money_of(cleaned, "amount")
    if "steps" in shown:
        action["tiers" if kind == "tiered" else "breaks"] = read_steps(cleaned)
    if "bundle" in shown:
        action["items"] = [
            {"sku": match["sku"] or match["alone"], "quantity": int(match["quantity"] or 1)}
            for match in map(_UNITS.fullmatch, _split(cleaned["bundle"]))
            if match
        ]
    return {"type": kind, **_given(action)}


def money_of(cleaned: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """Return an amount as the API has it. Raises `ValidationError` naming its field."""
    value, currency = cleaned[name], cleaned["currency"].upper()
    try:
        return None if value is None else dict(money_body(minor_units(value, currency), currency))
    except ValidationError as error:
        raise ValidationError({name: error}) from None


def initial_of(promotion: Promotion) -> dict[str, Any]:
    """Return what the form shows of a stored promotion."""
    action, conditions = promotion.action, promotion.conditions
    amounts = [action.get("amount"), conditions.get("min_subtotal")]
    amounts += [step.get(name) for step in action.get("tiers", []) for name in ("min_subtotal",)]
    amounts += [step.get("amount") for step in action.get("breaks", [])]
    currencies = [amount["currency"] for amount in amounts if amount]
    codes = promotion.codes.filter(active=True, generated=False).order_by("id")
    bundle = [f"{item['sku']} x {item['quantity']}" for item in action.get("items", [])]
    return {
        **{name: action.get(name) for name in ("type", "target", "percent", "buy", "get")},
        "amount": _shown(action.get("amount")),
        "currency": next(iter(currencies), settings.DEFAULT_CURRENCY),
        "steps": "\n".join(map(step_text, [*action.get("tiers", []), *action.get("breaks", [])])),
        "bundle": "\n".join(bundle),
        "min_subtotal": _shown(conditions.get("min_subtotal")),
        **{name: conditions.get(name) for name in ("min_quantity", "first_order", "weekdays")},
        **{name: "\n".join(conditions.get(name, [])) for name in _LISTS},
        "codes": "\n".join(codes.values_list("code", flat=True)),
    }


def _shown(amount: Mapping[str, Any] | None) -> str:
    return f"{to_major(amount['amount'], amount['currency'])}" if amount else ""


def step_text(step: Mapping[str, Any]) -> str:
    """Return a stored step as `_STEP` reads it."""
    least = step.get("min_quantity") or _shown(step["min_subtotal"])
    off = f"{step['percent']}%" if "percent" in step else _shown(step["amount"])
    return f"{least} = {off}"


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what was left empty."""
    return {name: value for name, value in values.items() if value not in (None, "", [], False)}


def _split(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def read_steps(cleaned: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Read the steps of tiers or of quantity breaks. Raises `ValidationError`."""
    currency = cleaned["currency"].upper()

    def money(text: str) -> dict[str, Any]:
        return dict(money_body(minor_units(Decimal(text), currency), currency))

    steps = []
    for line in _split(cleaned["steps"]):
        found = _STEP.fullmatch(line)
        if found is None:
            detail = f"“{line[:50]}” is no step: write it like “50 = 10%”."
            raise ValidationError({"steps": detail})
        try:
            by_subtotal = cleaned["type"] == "tiered"
            least, off = found["least"], found["off"]
            start = {"min_subtotal": money(least)} if by_subtotal else {"min_quantity": int(least)}
            share = {"percent": off} if found["percent"] else {"amount": money(off)}
        except ValueError:
            raise ValidationError({"steps": f"“{least}” is no whole number of units."}) from None
        except ValidationError as error:
            raise ValidationError({"steps": error}) from None
        steps.append({**start, **share})
    return steps

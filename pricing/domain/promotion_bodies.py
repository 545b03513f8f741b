"""What a promotion does and when, as JSON says it: read, or refused value by value.

The JSON has the shape that `pricing.serializers` declares; what a shape cannot say is said here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from core.errors import FieldError
from core.money import MAX_AMOUNT, Money, known_currencies
from pricing.domain.promotions import (
    Action,
    AmountOff,
    Break,
    Bundle,
    BuyXGetY,
    Conditions,
    FixedPrice,
    FreeShipping,
    Percent,
    QuantityBreaks,
    Target,
    Tier,
    Tiered,
)
from pricing.errors import InvalidPromotion

Body = Mapping[str, Any]
_MAX_DECIMALS = 4
# What each type takes, what it needs first; `type` aside.
ACTION_FIELDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "percent": (("percent",), ("target",)),
    "amount": (("amount",), ("target",)),
    "fixed_price": (("amount",), ("target",)),
    "free_shipping": ((), ()),
    "buy_x_get_y": (("buy", "get"), ("percent",)),
    "tiered": (("tiers",), ()),
    "quantity_breaks": (("breaks",), ()),
    "bundle": (("items", "amount"), ()),
}


class _Reader:
    """Reads values and collects what is wrong with them; a wrong one is read as a valid one."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def refuse(self, pointer: str, code: str, detail: str) -> None:
        self.errors.append(FieldError(pointer, code, detail))

    def percent(self, text: object, pointer: str) -> Decimal:
        """Read more than 0 and at most 100, with at most four decimals."""
        try:
            value = Decimal(str(text))
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite():
            self.refuse(pointer, "invalid", "Expected a decimal number such as 12.5.")
        elif value <= 0:
            self.refuse(pointer, "min_value", "A percentage is more than 0.")
        elif value > 100:
            self.refuse(pointer, "max_value", "A percentage is at most 100.")
        elif value.as_tuple().exponent < -_MAX_DECIMALS:  # type: ignore[operator] # it is finite
            self.refuse(pointer, "max_decimal_places", "A percentage has at most four decimals.")
        else:
            return value
        return Decimal(1)

    def money(self, body: Body, pointer: str, *, least: int = 1) -> Money:
        """Read an amount of at least `least` minor units in a known currency."""
        amount, currency = body["amount"], body["currency"]
        if amount < least:
            self.refuse(f"{pointer}/amount", "min_value", f"The amount is at least {least}.")
        if amount > MAX_AMOUNT:
            self.refuse(f"{pointer}/amount", "max_value", f"The amount is at most {MAX_AMOUNT}.")
        if currency not in known_currencies():
            detail = "This is not an ISO 4217 currency code."
            self.refuse(f"{pointer}/currency", "unknown_currency", detail)
        return Money(amount, currency)

    def percent_or_amount(self, body: Body, pointer: str) -> dict[str, Any]:
        """Read the one of the two that is given."""
        if ("percent" in body) == ("amount" in body):
            self.refuse(pointer, "one_of", "Give one of percent and amount.")
            return {}
        if "percent" in body:
            return {"percent": self.percent(body["percent"], f"{pointer}/percent")}
        return {"amount": self.money(body["amount"], f"{pointer}/amount")}

    def ascending(self, values: Sequence[int], pointer: str, name: str) -> None:
        """Refuse steps that are not each above the one before."""
        for position, (before, value) in enumerate(pairwise(values), 1):
            if value <= before:
                detail = "Each step is above the one before it."
                self.refuse(f"{pointer}/{position}/{name}", "not_ascending", detail)

    def one_currency(self, amounts: Sequence[tuple[str, Money | None]]) -> None:
        """Refuse amounts in another currency than the first."""
        given = [(pointer, amount) for pointer, amount in amounts if amount]
        for pointer, amount in given[1:]:
            if amount.currency != given[0][1].currency:
                detail = f"The other amounts are in {given[0][1].currency}."
                self.refuse(f"{pointer}/currency", "currency_mismatch", detail)

    def action(self, body: Body) -> Action | None:
        """Read an action with the fields of its type, neither fewer nor others, by `_ACTIONS`."""
        kind = body["type"]
        needed, optional = ACTION_FIELDS[kind]
        for name in needed:
            if body.get(name) in (None, []):
                self.refuse(f"/action/{name}", "needed_by_type", f"An action {kind} needs it.")
        for name in body.keys() - {"type", *needed, *optional}:
            self.refuse(f"/action/{name}", "not_of_type", f"An action {kind} does not take it.")
        if self.errors:
            return None
        return _ACTIONS[kind](self, body)

    def conditions(self, body: Body) -> Conditions:
        """Read what has to hold."""
        for position, code in enumerate(body.get("countries", [])):
            if not (len(code) == 2 and code.isascii() and code.isalpha() and code.isupper()):
                detail = "Expected an ISO 3166-1 code of two capitals."
                self.refuse(f"/conditions/countries/{position}", "invalid", detail)
        least = body.get("min_subtotal")
        sets = ("skus", "products", "categories", "countries", "customer_groups", "weekdays")
        return Conditions(
            min_subtotal=self.money(least, "/conditions/min_subtotal") if least else None,
            min_quantity=body.get("min_quantity"),
            first_order=body.get("first_order", False),
            **{name: frozenset(body.get(name, [])) for name in sets},
        )


def percent_off(reader: _Reader, body: Body) -> Action:
    """Read a share off."""
    share = reader.percent(body["percent"], "/action/percent")
    return Percent(share, Target(body.get("target", Target.ORDER)))


def amount_off(reader: _Reader, body: Body) -> Action:
    """Read an amount off."""
    amount = reader.money(body["amount"], "/action/amount")
    return AmountOff(amount, Target(body.get("target", Target.ORDER)))


def fixed_price(reader: _Reader, body: Body) -> Action:
    """Read a price of each unit; 0 gives it away."""
    if body.get("target", Target.LINES) != Target.LINES:
        reader.refuse("/action/target", "invalid_choice", "A fixed price is of lines.")
    return FixedPrice(reader.money(body["amount"], "/action/amount", least=0))


def buy_x_get_y(reader: _Reader, body: Body) -> Action:
    """Read units for less beside others."""
    percent = reader.percent(body.get("percent", "100"), "/action/percent")
    return BuyXGetY(body["buy"], body["get"], percent)


def tiered(reader: _Reader, body: Body) -> Action:
    """Read more off the more is spent; the steps ascend, in one currency."""
    pointers = [f"/action/tiers/{position}" for position in range(len(body["tiers"]))]
    tiers = [
        Tier(
            reader.money(tier["min_subtotal"], f"{pointer}/min_subtotal"),
            **reader.percent_or_amount(tier, pointer),
        )
        for pointer, tier in zip(pointers, body["tiers"], strict=True)
    ]
    named = list(zip(pointers, tiers, strict=True))
    least = [(f"{pointer}/min_subtotal", tier.min_subtotal) for pointer, tier in named]
    reader.one_currency([*least, *((f"{pointer}/amount", tier.amount) for pointer, tier in named)])
    steps = [tier.min_subtotal.amount for tier in tiers]
    reader.ascending(steps, "/action/tiers", "min_subtotal/amount")
    return Tiered(tuple(tiers))


def quantity_breaks(reader: _Reader, body: Body) -> Action:
    """Read more off a line the more units it has; the steps ascend."""
    pointers = [f"/action/breaks/{position}" for position in range(len(body["breaks"]))]
    breaks = [
        Break(each["min_quantity"], **reader.percent_or_amount(each, pointer))
        for pointer, each in zip(pointers, body["breaks"], strict=True)
    ]
    reader.one_currency(
        [(f"{pointer}/amount", each.amount) for pointer, each in zip(pointers, breaks, strict=True)]
    )
    reader.ascending([each.min_quantity for each in breaks], "/action/breaks", "min_quantity")
    return QuantityBreaks(tuple(breaks))


def bundle(reader: _Reader, body: Body) -> Action:
    """Read units that are cheaper together, two at least."""
    units: dict[str, int] = {}
    for position, item in enumerate(body["items"]):
        if item["sku"] in units:
            detail = "Each SKU is named once."
            reader.refuse(f"/action/items/{position}/sku", "duplicate", detail)
        units[item["sku"]] = item["quantity"]
    if sum(units.values()) < 2:
        reader.refuse("/action/items", "too_few", "A bundle has at least two units.")
    return Bundle(units, reader.money(body["amount"], "/action/amount", least=0))


_ACTIONS: Mapping[str, Callable[[_Reader, Body], Action]] = {
    "percent": percent_off,
    "amount": amount_off,
    "fixed_price": fixed_price,
    "free_shipping": lambda _reader, _body: FreeShipping(),
    "buy_x_get_y": buy_x_get_y,
    "tiered": tiered,
    "quantity_breaks": quantity_breaks,
    "bundle": bundle,
}


def read_action(body: Body) -> Action:
    """Read a stored action. Raises `InvalidPromotion` naming every value that is wrong."""
    reader = _Reader()
    action = reader.action(body)
    if action is None or reader.errors:
        raise InvalidPromotion(errors=reader.errors)
    return action


def read_conditions(body: Body) -> Conditions:
    """Read stored conditions. Raises `InvalidPromotion` naming every value that is wrong."""
    reader = _Reader()
    conditions = reader.conditions(body)
    if reader.errors:
        raise InvalidPromotion(errors=reader.errors)
    return conditions


def require_promotion(
    *, action: Body, conditions: Body, starts_at: datetime | None, ends_at: datetime | None
) -> None:
    """Raise `InvalidPromotion` naming every value that is wrong, in one go."""
    reader = _Reader()
    reader.action(action)
    reader.conditions(conditions)
    if starts_at and ends_at and ends_at <= starts_at:
        reader.refuse("/ends_at", "dates_reversed", "It ends after it starts.")
    if reader.errors:
        raise InvalidPromotion(errors=reader.errors)

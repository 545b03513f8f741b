"""Promotions as tests like to write and to offer them; amounts are pence unless said otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework.test import APIClient

from core.money import Money
from pricing.domain import Basket, EnteredCode, Promotion, Quote, Rules, price
from pricing.domain.promotions import Action, Conditions
from pricing.services import create_promotion
from tests.pricing import NOW, basket_of

TEN_PERCENT = {"type": "percent", "percent": "10", "target": "order"}


def gbp(amount: int) -> Money:
    return Money(amount, "GBP")


def promotion(action: Action, name: str = "1", **fields: object) -> Promotion:
    """Make an automatic promotion; keywords that `Conditions` has are conditions."""
    conditions = {key: fields.pop(key) for key in Conditions.__slots__ if key in fields}
    return Promotion(name, f"Promotion {name}", action, Conditions(**conditions), **fields)


def by_code(action: Action, name: str = "1", **fields: object) -> Promotion:
    return promotion(action, name, automatic=False, **fields)


def with_codes(basket: Basket, codes: Mapping[str, str | None]) -> Basket:
    """Enter codes: each with the id of its promotion."""
    entered = tuple(EnteredCode(code, promotion_id) for code, promotion_id in codes.items())
    return replace(basket, codes=entered)


def discounted(
    lines: Sequence[tuple[int, int]] | Basket,
    *promotions: Promotion,
    codes: Mapping[str, str | None] | None = None,
    shipping: int | None = None,
    now: datetime = NOW,
) -> Quote:
    """Price a basket, or lines of (unit price, quantity), under promotions and no tax."""
    basket = lines if isinstance(lines, Basket) else basket_of(lines, shipping=shipping)
    if codes is not None:
        basket = with_codes(basket, codes)
    return price(basket, Rules(promotions=promotions), now=now)


def off(quote: Quote) -> list[int]:
    """The discount of each line."""
    return [line.discount for line in quote.lines]


def off_shipping(quote: Quote) -> int:
    return sum(applied for sku, applied in allocations(quote) if sku is None)


def allocations(quote: Quote) -> list[tuple[str | None, int]]:
    return [part for applied in quote.explanation.applied for part in applied.allocations]


def reasons(quote: Quote) -> dict[str, str]:
    """Why each code was rejected."""
    return {rejected.code: rejected.reason.value for rejected in quote.explanation.rejected}


def offer(*codes: str, **values: Any) -> UUID:
    """A promotion: ten percent off the order, by `codes` or, without, by itself."""
    given = {"title": "Ten off", "action": TEN_PERCENT, "codes": list(codes), **values}
    return create_promotion(values=given, now=timezone.now())  # type: ignore[arg-type]


def enter(client: APIClient, place: str, resource: dict[str, Any], code: str) -> Any:
    """The answer to entering a code in a cart or a checkout (`place` is `carts` or `checkouts`)."""
    return client.post(f"/api/v1/{place}/{resource['id']}/coupons", {"code": code})


def take_out(client: APIClient, place: str, resource: dict[str, Any], code: str) -> Any:
    """The answer to taking a code out."""
    return client.delete(f"/api/v1/{place}/{resource['id']}/coupons/{code}")

"""Promotions as a shop offers them and as buyers ask for them, by code."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework.test import APIClient

from pricing.services import create_promotion

TEN_PERCENT = {"type": "percent", "percent": "10", "target": "order"}


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

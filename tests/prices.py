"""Price lists as tests like to write them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import CustomerGroup, User
from catalog.domain import NewListPrice
from catalog.models import ListPrice
from catalog.services import add_list_prices, create_price_list
from core.money import Money


def new_list(
    code: str = "sale",
    prices: dict[str, Any] | None = None,
    *,
    currency: str = "GBP",
    starts_at: datetime | None = None,
    **terms: Any,
) -> None:
    """A list with prices by SKU: an amount, or amounts by the number of units they are from."""
    create_price_list(
        code=code, title=code.capitalize(), currency=currency, terms=terms, now=timezone.now()
    )
    rows = [
        NewListPrice(sku, Money(amount, currency), units, starts_at)
        for sku, tiers in (prices or {}).items()
        for units, amount in (tiers if isinstance(tiers, dict) else {1: tiers}).items()
    ]
    if rows:
        add_list_prices(code=code, prices=rows, now=timezone.now())


def join_group(client: APIClient, code: str = "trade") -> CustomerGroup:
    """Put the customer of a client into a group."""
    group, _ = CustomerGroup.objects.get_or_create(code=code, defaults={"title": code.capitalize()})
    User.objects.get(pk=client.user_id).customer_groups.add(group)  # type: ignore[attr-defined]
    return group


def trade_places(sku: str) -> dict[str, str]:
    """A group and a list of the code `trade`, and a price of it to come: where paths lead."""
    CustomerGroup.objects.create(code="trade", title="Trade")
    new_list("trade", {sku: 900}, starts_at=timezone.now() + timedelta(days=9))
    row = ListPrice.objects.get(price_list__code="trade")
    return {"list_code": "trade", "group_code": "trade", "price_id": str(row.pk)}

"""Goods that tests of the catalog sell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rest_framework.test import APIClient

from catalog.domain import NewVariant
from catalog.models import Product
from catalog.services import create_product
from core.money import Money

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def variant(
    sku: str,
    price: int | None = 1_000,
    *,
    stock: int = 10,
    title: str = "",
    options: Mapping[str, str] | None = None,
    **prices: int,
) -> NewVariant:
    """A variant at `price` pence, and at other amounts in the currencies named."""
    amounts = ({} if price is None else {"GBP": price}) | prices
    return NewVariant(
        sku=sku,
        title=title,
        options=options or {},
        prices=tuple(Money(amount, currency) for currency, amount in amounts.items()),
        stock=stock,
    )


def product(title: str, *variants: NewVariant, **fields: Any) -> Product:
    """A product; with one variant in stock at ten pounds unless others are given."""
    sku = title.upper().replace(" ", "-")
    return create_product(
        title=title, variants=variants or (variant(sku),), **{"now": NOW, **fields}
    )


def titles(client: APIClient, **query: Any) -> list[str]:
    """Of the page of products that `query` gives."""
    response = client.get("/api/v1/products", query)
    assert response.status_code == 200, response.content
    return [item["title"] for item in response.json()["results"]]

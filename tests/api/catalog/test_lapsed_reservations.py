"""A reservation that has lapsed holds nothing, though no worker has ended it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from catalog.reports import low_stock
from inventory.models import Reservation, Stock
from tests.shop import new_cart, new_checkout, offer_shipping, stock_of, stock_variants

pytestmark = pytest.mark.django_db


@pytest.fixture
def sku(client: APIClient) -> str:
    """All three units are reserved, by a checkout whose time has run out."""
    offer_shipping()
    (sku,) = stock_variants(stock=3)
    new_checkout(client, [sku], quantity=3)
    lapse()
    assert stock_of(sku) == (3, 3)
    return sku


def lapse(by: timedelta = timedelta(seconds=1)) -> None:
    Reservation.objects.update(expires_at=timezone.now() - by)


def product_of(client: APIClient, **query: str) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = client.get("/api/v1/products", query).json()["results"]
    return results


def test_the_product_its_list_and_the_filter_count_its_units(client: APIClient, sku: str) -> None:
    [listed] = product_of(client)
    assert listed["variants"][0]["available"] == 3
    assert client.get(f"/api/v1/products/{listed['slug']}").json()["variants"] == listed["variants"]
    assert product_of(client, in_stock="true") == [listed]
    assert product_of(client, in_stock="false") == []


def test_a_cart_says_that_they_can_be_bought(client: APIClient, sku: str) -> None:
    cart = new_cart(client, [sku], quantity=3)

    assert cart["messages"] == []
    assert cart["items"][0]["available"] == 3


def test_staff_read_and_correct_the_stock_without_them(
    client_of: Callable[..., APIClient], sku: str
) -> None:
    staff = client_of(Role.FULFILLMENT)

    assert staff.get(f"/api/v1/variants/{sku}/stock").json() == {
        "sku": sku, "on_hand": 3, "reserved": 0, "available": 3,
    }  # fmt: skip
    removed = staff.post(
        f"/api/v1/variants/{sku}/stock-adjustments", {"delta": -3, "reason": "broken"}
    )

    assert removed.status_code == 201
    assert stock_of(sku) == (0, 0)


def test_the_report_of_low_stock_counts_them(sku: str) -> None:
    Stock.objects.update(on_hand=8)

    assert low_stock(limit=5) == []
    lapse(by=-timedelta(hours=1))
    assert [variant.available for variant in low_stock(limit=5)] == [5]


@pytest.mark.django_db(transaction=True)
def test_a_cached_response_ends_when_a_reservation_lapses(client: APIClient) -> None:
    """Nothing is committed at that moment, so the snapshot alone would not tell."""
    offer_shipping()
    (sku,) = stock_variants(stock=3)
    new_checkout(client, [sku], quantity=3)
    Reservation.objects.update(expires_at=timezone.now() + timedelta(seconds=1.5))
    assert product_of(client)[0]["variants"][0]["available"] == 0

    deadline = timezone.now() + timedelta(seconds=5)
    while product_of(client)[0]["variants"][0]["available"] == 0:
        assert timezone.now() < deadline

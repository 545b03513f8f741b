"""A product is taken off sale while people have it in their carts and checkouts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.domain import Role
from catalog.models import Product
from orders.models import Order
from payments.models import Payment
from tests.shop import (
    complete,
    new_cart,
    new_checkout,
    offer_shipping,
    stock_variants,
)

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def skus() -> list[str]:
    offer_shipping()
    return stock_variants(prefix="KEPT") + stock_variants(prefix="GONE")


@pytest.fixture
def manager(client_of: ClientOf) -> APIClient:
    return client_of(Role.MANAGER)


def withdraw(manager: APIClient, query: str = "", body: dict[str, Any] | None = None) -> None:
    response = manager.delete(f"/api/v1/products/thing-gone{query}", body)
    assert response.status_code == 204, response.content


def codes(client: APIClient, checkout: dict[str, Any]) -> list[tuple[str, str]]:
    seen = client.get(f"/api/v1/checkouts/{checkout['id']}").json()
    return [(message["code"], message["pointer"]) for message in seen["messages"]]


RECALLS: list[tuple[str, dict[str, Any] | None]] = [
    ("?end_checkouts=true", None),
    ("", {"end_checkouts": True}),
]


def test_a_cart_counts_only_what_can_be_bought(
    client: APIClient, manager: APIClient, skus: list[str]
) -> None:
    cart = new_cart(client, skus)
    assert cart["totals"]["total"]["amount"] == 2000
    withdraw(manager)
    seen = client.get(f"/api/v1/carts/{cart['id']}").json()
    assert {name: money["amount"] for name, money in seen["totals"].items()} == {
        "subtotal": 1000,
        "discount": 0,
        "shipping": 0,
        "tax": 0,
        "total": 1000,
    }
    assert [line["sku"] for line in seen["items"]] == skus
    assert [message["code"] for message in seen["messages"]] == ["not_available"]


def test_an_open_checkout_goes_on_with_what_it_holds(
    client: APIClient, manager: APIClient, skus: list[str]
) -> None:
    checkout = new_checkout(client, skus)
    withdraw(manager)
    assert codes(client, checkout) == [("not_available", "/items/1")]
    changed = client.patch(
        f"/api/v1/checkouts/{checkout['id']}", {"shipping_method": "express"}
    ).json()
    assert (changed["status"], changed["messages"][0]["code"]) == ("ready", "not_available")
    assert complete(client, checkout).status_code == 201
    assert codes(client, checkout) == []


@pytest.mark.parametrize(("query", "body"), RECALLS)
@pytest.mark.parametrize("payment", [("manual", None), ("test", "tok_success")])
def test_what_is_recalled_is_not_sold_and_nothing_is_charged(
    client: APIClient,
    manager: APIClient,
    skus: list[str],
    query: str,
    body: dict[str, Any] | None,
    payment: tuple[str, str | None],
) -> None:
    checkout = new_checkout(client, skus)
    withdraw(manager, query, body)
    assert codes(client, checkout) == [("items_unavailable", "/items/1")]
    provider, token = payment
    for _ in range(2):
        choice = {"provider": provider, **({"token": token} if token else {})}
        refused = complete(client, checkout, payment=choice)
        assert (refused.status_code, refused.json()["code"]) == (409, "items_unavailable")
        assert refused.json()["skus"] == ["GONE-0"]
    assert not Order.objects.exists()
    assert not Payment.objects.exists()


def test_an_archived_product_can_be_recalled_later(
    client: APIClient, manager: APIClient, skus: list[str]
) -> None:
    checkout = new_checkout(client, skus)
    withdraw(manager)
    assert manager.delete("/api/v1/products/thing-gone").status_code == 404
    withdraw(manager, "?end_checkouts=true")
    assert complete(client, checkout).json()["code"] == "items_unavailable"
    unknown = manager.delete("/api/v1/products/nothing?end_checkouts=true")
    assert unknown.status_code == 404


def test_what_comes_back_can_be_bought_by_those_who_begin_after_that(
    client: APIClient, manager: APIClient, client_of: ClientOf, skus: list[str]
) -> None:
    before = new_checkout(client, skus)
    withdraw(manager, "?end_checkouts=true")
    Product.objects.update(deleted_at=None)
    other = client_of()
    after = new_checkout(other, skus)
    assert codes(other, after) == []
    assert complete(other, after).status_code == 201
    assert complete(client, before).json()["code"] == "items_unavailable"

"""What each request may ask of the database: the same for 1 line and for 592."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from rest_framework.test import APIClient

from accounts.domain import Role
from checkout.selectors import shipping_rules
from pricing.selectors import pricing_rules
from tests.shop import (
    DETAILS,
    MANUAL,
    items,
    new_cart,
    new_checkout,
    new_order,
    offer_shipping,
    stock_variants,
)

pytestmark = pytest.mark.django_db
Budget = Callable[[int], AbstractContextManager[None]]
ClientOf = Callable[..., APIClient]


@pytest.fixture(params=[1, 40, pytest.param(592, marks=pytest.mark.slow)])
def skus(request: pytest.FixtureRequest) -> list[str]:
    offer_shipping()
    # A process reads how the shop delivers once, when it needs it first.
    shipping_rules(pricing_rules().version)
    return stock_variants(request.param)


@pytest.fixture
def buyer(client_of: ClientOf) -> APIClient:
    return client_of()


def test_reading_a_cart(buyer: APIClient, skus: list[str], assert_statements: Budget) -> None:
    cart = new_cart(buyer, skus)
    with assert_statements(4):
        assert buyer.get(f"/api/v1/carts/{cart['id']}").status_code == 200
    with assert_statements(4):
        assert buyer.get("/api/v1/carts/current").status_code == 200


def test_adding_a_line(buyer: APIClient, skus: list[str], assert_statements: Budget) -> None:
    cart = new_cart(buyer, skus[1:])
    with assert_statements(6):
        response = buyer.post(f"/api/v1/carts/{cart['id']}/items", items(skus[:1])[0])
    assert response.status_code == 200


def test_creating_a_cart_with_items(
    buyer: APIClient, skus: list[str], assert_statements: Budget
) -> None:
    with assert_statements(5):
        assert buyer.post("/api/v1/carts", {"items": items(skus)}).status_code == 201


def test_beginning_a_checkout_with_everything(
    buyer: APIClient, skus: list[str], assert_statements: Budget
) -> None:
    cart = new_cart(buyer, skus)
    with assert_statements(11):
        response = buyer.post("/api/v1/checkouts", {"cart_id": cart["id"], **DETAILS})
    assert response.status_code == 201


def test_replacing_the_lines_of_a_checkout(
    buyer: APIClient, skus: list[str], assert_statements: Budget
) -> None:
    checkout = new_checkout(buyer, skus)
    with assert_statements(12):
        response = buyer.patch(f"/api/v1/checkouts/{checkout['id']}", {"items": items(skus, 2)})
    assert response.status_code == 200


def test_completing_with_the_manual_provider(
    buyer: APIClient, skus: list[str], assert_statements: Budget
) -> None:
    checkout = new_checkout(buyer, skus)
    with assert_statements(14):
        response = buyer.post(f"/api/v1/checkouts/{checkout['id']}/complete", MANUAL)
    assert response.status_code == 201


def test_quoting_shipping(buyer: APIClient, skus: list[str], assert_statements: Budget) -> None:
    body = {"items": items(skus), "country_code": "GB"}
    with assert_statements(2):
        response = buyer.post("/api/v1/shipping-quotes", body)
    assert [option["code"] for option in response.json()["options"]] == ["standard", "express"]


def test_reading_orders(buyer: APIClient, skus: list[str], assert_statements: Budget) -> None:
    number = new_order(buyer, skus)["number"]
    with assert_statements(6):
        assert len(buyer.get("/api/v1/orders").json()["results"]) == 1
    with assert_statements(6):
        assert buyer.get(f"/api/v1/orders/{number}").status_code == 200


def test_editing_an_order(
    buyer: APIClient, client_of: ClientOf, skus: list[str], assert_statements: Budget
) -> None:
    # One line is taken off, one changes, one comes in, and all the others stay.
    stock_variants(3, prefix="OTHER")
    number = new_order(buyer, [*skus, "OTHER-0", "OTHER-1"], 2)["number"]
    support = client_of(Role.SUPPORT)
    lines = [{"sku": sku, "quantity": 3} for sku in [*skus, "OTHER-0"]]
    body = {"items": [*lines, {"sku": "OTHER-2", "quantity": 1}]}
    with assert_statements(54):
        response = support.post(f"/api/v1/orders/{number}/edits", body)
    assert response.status_code == 201

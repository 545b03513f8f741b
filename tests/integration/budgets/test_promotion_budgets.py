"""What promotions add to a request: the same for 1 line, 1 code and 1 promotion and for many."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from rest_framework.test import APIClient

from checkout.selectors import shipping_rules
from pricing.selectors import pricing_rules
from tests.promotions import enter, offer
from tests.shop import DETAILS, MANUAL, items, new_cart, offer_shipping, stock_variants

pytestmark = pytest.mark.django_db
Budget = Callable[[int], AbstractContextManager[None]]
LINES = {"type": "percent", "percent": "1", "target": "lines"}


@pytest.fixture(params=[1, 20], ids=["1", "many"])
def number(request: pytest.FixtureRequest) -> int:
    offer_shipping()
    return int(request.param)


@pytest.fixture
def buyer(client_of: Callable[..., APIClient]) -> APIClient:
    return client_of()


@pytest.fixture
def shop(buyer: APIClient, number: int) -> Callable[..., dict[str, Any]]:
    """Makes a cart of as many lines, to which as many promotions apply, and by as many codes."""

    def begin(**limits: Any) -> dict[str, Any]:
        skus = stock_variants(number)
        for each in range(number):
            offer(action=LINES, title=f"By itself {each}", **limits)
            offer(f"CODE{each}", action=LINES, title=f"By code {each}", **limits)
        cart = new_cart(buyer, skus)
        for each in range(number):
            assert enter(buyer, "carts", cart, f"CODE{each}").status_code == 200
        shipping_rules(pricing_rules().version)  # read once a version
        return cart

    return begin


def a_purchase(
    buyer: APIClient, cart: dict[str, Any], assert_statements: Budget, most: list[int]
) -> Any:
    """Reads a cart, adds to it, begins its checkout, changes that and completes it."""
    read, add, begin, change, complete = most
    with assert_statements(read):
        buyer.get(f"/api/v1/carts/{cart['id']}")
    with assert_statements(add):
        buyer.post(f"/api/v1/carts/{cart['id']}/items", items(["SKU-0"])[0])
    with assert_statements(begin):
        checkout = buyer.post("/api/v1/checkouts", {"cart_id": cart["id"], **DETAILS}).json()
    with assert_statements(change):
        path = f"/api/v1/checkouts/{checkout['id']}"
        assert buyer.patch(path, {"shipping_method": "express"}).status_code == 200
    with assert_statements(complete):
        assert buyer.post(f"{path}/complete", MANUAL).status_code == 201
    return checkout


def test_without_limits_a_use_is_written_and_nothing_else_is_added(
    buyer: APIClient, number: int, shop: Callable[..., Any], assert_statements: Budget
) -> None:
    checkout = a_purchase(buyer, shop(), assert_statements, [4, 6, 13, 5, 22])

    assert len(checkout["promotions"]["applied"]) == 2 * number


def test_limits_are_looked_at_locked_and_used_in_one_statement_each(
    buyer: APIClient, number: int, shop: Callable[..., Any], assert_statements: Budget
) -> None:
    cart = shop(usage_limit=100, per_customer_limit=50)

    a_purchase(buyer, cart, assert_statements, [5, 7, 16, 6, 22])


def test_categories_are_read_in_one_statement(
    buyer: APIClient, number: int, assert_statements: Budget
) -> None:
    cart = new_cart(buyer, stock_variants(number))
    for each in range(number):
        offer(conditions={"categories": [f"category-{each}"]})
    buyer.get(f"/api/v1/carts/{cart['id']}")  # reads the promotions, once

    with assert_statements(5):
        buyer.get(f"/api/v1/carts/{cart['id']}")


def test_entering_a_code(
    buyer: APIClient, shop: Callable[..., Any], assert_statements: Budget
) -> None:
    cart = shop()
    with assert_statements(5):
        enter(buyer, "carts", cart, "ANOTHER" if len(cart["items"]) == 1 else "CODE0")

"""Every step that a state does not allow is refused alike: from, to, and what is allowed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from orders.services import complete_orders
from tests.after_sales import act, broken_invariants, read, send
from tests.shop import items, offer_shipping, paid_order, stock_variants

pytestmark = pytest.mark.django_db

Shop = tuple[APIClient, APIClient, str]
State = Callable[[Shop], str]


def canceled(shop: Shop) -> str:
    _, manager, number = shop
    act(manager, number, "cancel")
    return ""


def completed(shop: Shop) -> str:
    """Nobody has marked what was sent as delivered."""
    _, manager, number = shop
    sent = send(manager, number)
    assert complete_orders(now=timezone.now() + timedelta(days=15)) == 1
    return sent


def sent_whole(shop: Shop) -> str:
    _, manager, number = shop
    return send(manager, number)


def fulfillment(*steps: str) -> State:
    def state(shop: Shop) -> str:
        _, manager, number = shop
        path = send(manager, number, items=items(["SKU-0"]))
        for step in steps:
            act(manager, number, f"{path}/{step}")
        return path

    return state


def asked_back(shop: Shop) -> str:
    """Sent, and one unit of it is in a return."""
    buyer, manager, number = shop
    path = send(manager, number)
    act(buyer, number, "returns", items=items(["SKU-0"]))
    return path


def canceled_with(*steps: str) -> State:
    def state(shop: Shop) -> str:
        path = fulfillment(*steps)(shop)
        canceled(shop)
        return path

    return state


def coming_back(*steps: str) -> State:
    def state(shop: Shop) -> str:
        buyer, manager, number = shop
        send(manager, number)
        asked = act(buyer, number, "returns", items=items(["SKU-0"]))
        for step in steps:
            act(manager, number, f"returns/{asked['id']}/{step}")
        return f"returns/{asked['id']}"

    return state


# The state, a path below the order or below what the state is about, and the answer.
ILLEGAL: list[tuple[State, str, str, str, list[str]]] = [
    (canceled, "cancel", "canceled", "canceled", []),
    (canceled, "fulfillments", "canceled", "fulfilled", []),
    (canceled, "hold", "canceled", "fulfilled", []),
    (canceled, "withdrawal", "canceled", "returned", []),
    (completed, "cancel", "completed", "canceled", []),
    (completed, "fulfillments", "completed", "fulfilled", []),
    (completed, "hold", "completed", "fulfilled", []),
    (completed, "{}/cancel", "completed", "fulfilled", []),
    (sent_whole, "cancel", "fulfilled", "canceled", []),
    (canceled_with(), "{}/cancel", "canceled", "fulfilled", []),
    (fulfillment("deliver"), "{}/deliver", "delivered", "delivered", []),
    (fulfillment("deliver"), "{}/cancel", "delivered", "canceled", []),
    (fulfillment("cancel"), "{}/deliver", "canceled", "delivered", []),
    (fulfillment("cancel"), "{}/cancel", "canceled", "canceled", []),
    (asked_back, "{}/cancel", "shipped", "canceled", ["delivered"]),
    (coming_back(), "{}/receive", "requested", "received", ["approved", "rejected"]),
    (coming_back(), "{}/refund", "requested", "refunded", ["approved", "rejected"]),
    (coming_back("approve"), "{}/approve", "approved", "approved", ["received", "rejected"]),
    (coming_back("approve"), "{}/refund", "approved", "refunded", ["received", "rejected"]),
    (coming_back("reject"), "{}/approve", "rejected", "approved", []),
    (coming_back("reject"), "{}/reject", "rejected", "rejected", []),
    (coming_back("reject"), "{}/receive", "rejected", "received", []),
    (coming_back("reject"), "{}/refund", "rejected", "refunded", []),
    (coming_back("approve", "receive"), "{}/approve", "received", "approved", []),
    (coming_back("approve", "receive"), "{}/reject", "received", "rejected", []),
    (coming_back("approve", "receive"), "{}/receive", "received", "received", []),
]


@pytest.fixture
def shop(client: APIClient, client_of: Callable[..., APIClient]) -> Shop:
    offer_shipping()
    stock_variants(2)
    return client, client_of(Role.MANAGER), paid_order(client)


@pytest.mark.parametrize(("state", "step", "current", "wanted", "allowed"), ILLEGAL)
def test_an_illegal_step_says_from_to_and_what_is_allowed(
    shop: Shop, state: State, step: str, current: str, wanted: str, allowed: list[str]
) -> None:
    _, manager, number = shop
    path = step.format(state(shop))
    before = read(manager, number)

    response = manager.post(f"/api/v1/orders/{number}/{path}", {} if takes_body(path) else None)

    problem: dict[str, Any] = response.json()
    assert (response.status_code, problem["code"]) == (409, "invalid_transition"), problem
    assert (problem["from"], problem["to"], problem["allowed"]) == (current, wanted, allowed)
    assert read(manager, number) == before
    assert not broken_invariants()


def takes_body(path: str) -> bool:
    return "/" not in path or path.endswith("receive")

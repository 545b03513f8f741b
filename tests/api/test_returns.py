"""Returns: asked for by the buyer, decided by the shop, received, and refunded once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.domain import Role
from core.ids import uuid7
from events.models import Event
from orders.models import Order, Return
from tests.after_sales import broken_invariants
from tests.shop import items, new_order, offer_shipping, paid_order, stock_of, stock_variants

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def skus() -> list[str]:
    offer_shipping()
    return stock_variants(3)


@pytest.fixture
def manager(client_of: ClientOf) -> APIClient:
    return client_of(Role.MANAGER)


@pytest.fixture
def number(client: APIClient, manager: APIClient) -> str:
    """A paid order of two units each of SKU-0 and SKU-1, all sent but one of SKU-1."""
    order = paid_order(client, 2)
    sent = [*items(["SKU-0"], 2), *items(["SKU-1"])]
    assert manager.post(f"/api/v1/orders/{order}/fulfillments", {"items": sent}).status_code == 201
    return order


def ask(client: APIClient, number: str, *skus: str, quantity: int = 1, **body: Any) -> Any:
    return client.post(f"/api/v1/orders/{number}/returns", {"items": items(skus, quantity), **body})


def step(client: APIClient, number: str, asked: Any, name: str, **body: Any) -> Any:
    return client.post(f"/api/v1/orders/{number}/returns/{asked.json()['id']}/{name}", body)


def read(client: APIClient, number: str) -> dict[str, Any]:
    return dict(client.get(f"/api/v1/orders/{number}").json())


def test_the_buyer_asks_the_shop_decides_and_the_units_come_back(
    client: APIClient, manager: APIClient, number: str
) -> None:
    asked = ask(client, number, "SKU-0", quantity=2, reason="Too small.")
    assert asked.status_code == 201, asked.content
    assert asked.json()["status"] == "requested"
    assert asked.json()["items"] == items(["SKU-0"], 2)

    assert step(manager, number, asked, "approve").json()["status"] == "approved"
    received = step(manager, number, asked, "receive", restock=True).json()
    assert (received["status"], received["restocked"]) == ("received", True)
    assert received["received_at"]
    assert stock_of("SKU-0") == (100, 0)

    order = read(client, number)
    assert [found["status"] for found in order["returns"]] == ["received"]
    assert order["fulfillment_status"] == "partially_fulfilled"  # one unit of SKU-1 is left


def test_an_order_of_which_everything_came_back_is_returned(
    client: APIClient, manager: APIClient, number: str
) -> None:
    manager.post(f"/api/v1/orders/{number}/fulfillments", {})
    asked = ask(client, number, "SKU-0", "SKU-1", quantity=2)
    step(manager, number, asked, "approve")
    step(manager, number, asked, "receive")

    assert read(client, number)["fulfillment_status"] == "returned"
    assert stock_of("SKU-0") == (98, 0)


def test_only_what_was_sent_can_be_returned_and_once(
    client: APIClient, manager: APIClient, number: str
) -> None:
    refused = ask(client, number, "SKU-0", "SKU-1", quantity=2)
    assert (refused.status_code, refused.json()["code"]) == (409, "return_exceeds_fulfilled")
    assert refused.json()["items"] == [{"sku": "SKU-1", "returnable": 1}]

    assert ask(client, number, "SKU-0", quantity=2).status_code == 201
    assert ask(client, number, "SKU-0").status_code == 409
    assert ask(manager, number, "SKU-1").status_code == 201
    assert Return.objects.count() == 2


def test_nothing_of_an_order_that_was_not_sent_can_be_returned(client: APIClient) -> None:
    number = new_order(client, ["SKU-0"])["number"]
    assert ask(client, number, "SKU-0").status_code == 409


def test_units_that_were_refunded_without_a_return_count(
    client: APIClient, manager: APIClient, number: str
) -> None:
    manager.post(f"/api/v1/orders/{number}/refunds", {"items": items(["SKU-0"])})

    assert ask(client, number, "SKU-0", quantity=2).status_code == 409
    assert ask(client, number, "SKU-0").status_code == 201
    assert ask(client, number, "SKU-0").status_code == 409


def test_what_came_back_is_refunded_before_other_units(
    client: APIClient, manager: APIClient, number: str
) -> None:
    asked = ask(client, number, "SKU-1")
    step(manager, number, asked, "approve")
    step(manager, number, asked, "receive", restock=True)
    before = stock_of("SKU-1")

    body = {"items": items(["SKU-1"]), "restock": True}
    assert manager.post(f"/api/v1/orders/{number}/refunds", body).status_code == 201

    # It is in stock already, and the other unit is still to be sent.
    assert stock_of("SKU-1") == before
    sent = manager.post(f"/api/v1/orders/{number}/fulfillments", {}).json()
    assert sent["fulfillments"][-1]["items"] == items(["SKU-1"])


def test_a_canceled_order_puts_back_what_was_neither_sent_nor_returned(
    client: APIClient, manager: APIClient, number: str
) -> None:
    asked = ask(client, number, "SKU-1")
    step(manager, number, asked, "approve")
    step(manager, number, asked, "receive", restock=True)

    assert manager.post(f"/api/v1/orders/{number}/cancel", {}).status_code == 200

    assert (stock_of("SKU-0"), stock_of("SKU-1")) == ((98, 0), (100, 0))


def test_rejected_units_can_be_asked_for_again(
    client: APIClient, manager: APIClient, number: str
) -> None:
    asked = ask(client, number, "SKU-0", quantity=2)
    assert step(manager, number, asked, "reject").json()["status"] == "rejected"

    again = step(manager, number, asked, "approve")
    assert (again.status_code, again.json()["code"]) == (409, "invalid_transition")
    assert ask(client, number, "SKU-0", quantity=2).status_code == 201


@pytest.mark.parametrize(("first", "then"), [("receive", ""), ("approve", "approve")])
def test_a_step_that_the_table_does_not_have_is_refused(
    client: APIClient, manager: APIClient, number: str, first: str, then: str
) -> None:
    asked = ask(client, number, "SKU-0")
    told = step(manager, number, asked, first)
    told = step(manager, number, asked, then) if then else told

    assert (told.status_code, told.json()["code"]) == (409, "invalid_transition")
    assert "allowed" in told.json()


def test_each_step_is_on_the_timeline(client: APIClient, manager: APIClient, number: str) -> None:
    asked = ask(client, number, "SKU-0", reason="Too small.")
    step(manager, number, asked, "approve")
    step(manager, number, asked, "receive")

    order = Order.objects.get(number=number)
    told = Event.objects.filter(subject_id=order.id, type__startswith="return.").order_by("id")
    assert [event.type for event in told] == [
        "return.requested",
        "return.approved",
        "return.received",
    ]
    assert told[0].data["items"] == items(["SKU-0"])


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/items"),
        ({"items": []}, "/items"),
        ({"items": [{"sku": "SKU-0", "quantity": 0}]}, "/items/0/quantity"),
        ({"items": [{"sku": "SKU-0", "quantity": 10**30}]}, "/items/0/quantity"),
        ({"items": [{"sku": "NOPE", "quantity": 1}]}, "/items"),
        ({"items": [{"sku": "SKU-0", "quantity": 1}], "reason": "x" * 256}, "/reason"),
    ],
)
def test_what_cannot_be_returned_is_refused(
    client: APIClient, number: str, body: dict[str, Any], pointer: str
) -> None:
    refused = client.post(f"/api/v1/orders/{number}/returns", body)

    assert refused.status_code == 400
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert not Return.objects.exists()


def test_the_buyer_asks_and_only_staff_decide(
    client: APIClient, manager: APIClient, client_of: ClientOf, number: str
) -> None:
    asked = ask(client, number, "SKU-0")

    assert ask(client_of(), number, "SKU-0").status_code == 404
    assert step(client, number, asked, "approve").status_code == 401
    packer = client_of(Role.FULFILLMENT)
    assert step(packer, number, asked, "approve").status_code == 403
    other = f"/api/v1/orders/{number}/returns/{uuid7()}/approve"
    assert manager.post(other).status_code == 404
    assert step(manager, number, asked, "approve").status_code == 200
    assert step(packer, number, asked, "receive").status_code == 200


def test_units_that_a_refund_put_back_into_stock_are_not_put_back_again(
    client: APIClient, manager: APIClient, number: str
) -> None:
    asked = ask(client, number, "SKU-0", quantity=2)
    step(manager, number, asked, "approve")
    body = {"items": items(["SKU-0"]), "restock": True}
    assert manager.post(f"/api/v1/orders/{number}/refunds", body).status_code == 201
    assert stock_of("SKU-0") == (99, 0)

    assert step(manager, number, asked, "receive", restock=True).status_code == 200

    assert stock_of("SKU-0") == (100, 0)
    assert not broken_invariants()


def test_what_is_coming_back_is_not_taken_back_as_if_it_had_not_been_sent(
    client: APIClient, manager: APIClient, number: str
) -> None:
    asked = ask(client, number, "SKU-0")
    fulfillments = f"/api/v1/orders/{number}/fulfillments"
    path = f"{fulfillments}/{read(client, number)['fulfillments'][0]['id']}/cancel"

    for name in ("approve", "receive"):
        refused = manager.post(path)
        assert (refused.status_code, refused.json()["code"]) == (409, "invalid_transition")
        assert step(manager, number, asked, name).status_code == 200
    assert manager.post(path).status_code == 409
    assert not broken_invariants()

    # The unit that is kept has been sent, too, but nobody has asked for it back.
    rest = manager.post(fulfillments, {}).json()["fulfillments"][-1]["id"]
    assert manager.post(f"{fulfillments}/{rest}/cancel").status_code == 200


def test_a_return_of_what_was_refunded_on_its_way_is_refunded_no_more(
    client: APIClient, manager: APIClient, number: str
) -> None:
    asked = ask(client, number, "SKU-0", quantity=2)
    body = {"items": items(["SKU-0"], 2)}
    assert manager.post(f"/api/v1/orders/{number}/refunds", body).status_code == 201
    step(manager, number, asked, "approve")
    step(manager, number, asked, "receive")

    refused = step(manager, number, asked, "refund")

    assert (refused.status_code, refused.json()["code"]) == (409, "return_refunded")
    assert not broken_invariants()


def test_one_refund_of_two_returned_units_and_two_of_one_put_back_the_same(
    client: APIClient, manager: APIClient, number: str
) -> None:
    for restock in (True, False):
        asked = ask(client, number, "SKU-0")
        step(manager, number, asked, "approve")
        step(manager, number, asked, "receive", restock=restock)
    assert stock_of("SKU-0") == (99, 0)
    body = {"items": items(["SKU-0"]), "restock": True}

    for _ in range(2):
        assert manager.post(f"/api/v1/orders/{number}/refunds", body).status_code == 201

    assert stock_of("SKU-0") == (100, 0)
    assert not broken_invariants()

"""Sending an order in parts: what is left, what it makes of the order, and who may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.domain import Role
from core.ids import uuid7
from events.models import Event
from orders.models import Order, OrderLine
from tests.shop import items, new_order, offer_shipping, paid_order, stock_of, stock_variants

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def skus() -> list[str]:
    offer_shipping()
    return stock_variants(3)


@pytest.fixture
def packer(client_of: ClientOf) -> APIClient:
    return client_of(Role.FULFILLMENT)


def send(packer: APIClient, number: str, **body: Any) -> Any:
    return packer.post(f"/api/v1/orders/{number}/fulfillments", body)


def test_an_order_is_sent_in_parts_until_nothing_is_left(
    client: APIClient, packer: APIClient
) -> None:
    number = new_order(client, ["SKU-0", "SKU-1"], 2)["number"]

    first = send(
        packer,
        number,
        items=items(["SKU-0"]),
        carrier="Royal Mail",
        tracking_number="JD0002251234567890",
    )
    assert first.status_code == 201, first.content
    assert first.json()["fulfillment_status"] == "partially_fulfilled"
    (sent,) = first.json()["fulfillments"]
    assert {key: sent[key] for key in ("status", "items", "carrier", "tracking_number")} == {
        "status": "shipped",
        "items": [{"sku": "SKU-0", "quantity": 1}],
        "carrier": "Royal Mail",
        "tracking_number": "JD0002251234567890",
    }

    rest = send(packer, number).json()
    assert rest["fulfillment_status"] == "fulfilled"
    assert rest["fulfillments"][1]["items"] == [
        {"sku": "SKU-0", "quantity": 1},
        {"sku": "SKU-1", "quantity": 2},
    ]

    nothing = send(packer, number)
    assert (nothing.status_code, nothing.json()["code"]) == (409, "fulfillment_exceeds_ordered")


def test_never_more_than_is_left_and_the_refusal_names_every_sku(
    client: APIClient, packer: APIClient
) -> None:
    number = new_order(client, ["SKU-0", "SKU-1"], 2)["number"]

    refused = send(packer, number, items=items(["SKU-0", "SKU-1"], 3))

    assert (refused.status_code, refused.json()["code"]) == (409, "fulfillment_exceeds_ordered")
    assert refused.json()["items"] == [{"sku": "SKU-0", "left": 2}, {"sku": "SKU-1", "left": 2}]
    assert not OrderLine.objects.filter(fulfilled__gt=0).exists()


def test_the_same_sku_twice_adds_up(client: APIClient, packer: APIClient) -> None:
    number = new_order(client, ["SKU-0"], 3)["number"]

    assert send(packer, number, items=items(["SKU-0", "SKU-0"], 2)).status_code == 409
    assert send(packer, number, items=items(["SKU-0", "SKU-0"], 1)).status_code == 201


def test_what_is_refunded_before_it_is_sent_is_not_waited_for(
    client: APIClient, packer: APIClient, client_of: ClientOf
) -> None:
    number = paid_order(client, 2)
    support = client_of(Role.SUPPORT)
    send(packer, number, items=items(["SKU-0"], 2))

    refund = {"items": items(["SKU-1"], 2), "restock": True}
    order = support.post(f"/api/v1/orders/{number}/refunds", refund).json()

    assert order["fulfillment_status"] == "fulfilled"
    assert send(packer, number, items=items(["SKU-1"])).status_code == 409


def test_a_fulfillment_that_was_not_sent_after_all_leaves_its_units_to_send(
    client: APIClient, packer: APIClient
) -> None:
    number = new_order(client, ["SKU-0"], 2)["number"]
    sent = send(packer, number).json()["fulfillments"][0]["id"]
    path = f"/api/v1/orders/{number}/fulfillments/{sent}"

    order = packer.post(f"{path}/cancel").json()
    assert (order["fulfillment_status"], order["fulfillments"][0]["status"]) == (
        "unfulfilled",
        "canceled",
    )

    again = packer.post(f"{path}/deliver")
    assert (again.status_code, again.json()["code"], again.json()["allowed"]) == (
        409,
        "invalid_transition",
        [],
    )
    assert send(packer, number).json()["fulfillment_status"] == "fulfilled"


def test_a_delivered_fulfillment_stays_delivered(client: APIClient, packer: APIClient) -> None:
    number = new_order(client, ["SKU-0"])["number"]
    sent = send(packer, number).json()["fulfillments"][0]["id"]
    path = f"/api/v1/orders/{number}/fulfillments/{sent}"

    delivered = packer.post(f"{path}/deliver").json()["fulfillments"][0]

    assert delivered["status"] == "delivered"
    assert delivered["delivered_at"]
    assert packer.post(f"{path}/cancel").status_code == 409


def test_nothing_of_a_canceled_order_is_sent(client: APIClient, packer: APIClient) -> None:
    number = new_order(client, ["SKU-0"])["number"]
    client.post(f"/api/v1/orders/{number}/cancel", {})

    refused = send(packer, number)

    assert (refused.status_code, refused.json()["code"]) == (409, "invalid_transition")


def test_canceling_an_order_sent_in_part_restocks_what_was_not_sent(
    client: APIClient, packer: APIClient, client_of: ClientOf
) -> None:
    number = paid_order(client, 2)
    send(packer, number, items=items(["SKU-0"]))
    assert client.post(f"/api/v1/orders/{number}/cancel", {}).status_code == 409

    done = client_of(Role.SUPPORT).post(f"/api/v1/orders/{number}/cancel", {})

    assert done.status_code == 200
    assert (stock_of("SKU-0"), stock_of("SKU-1")) == ((99, 0), (100, 0))


def test_each_step_is_on_the_timeline(client: APIClient, packer: APIClient) -> None:
    number = new_order(client, ["SKU-0"])["number"]
    sent = send(packer, number).json()["fulfillments"][0]["id"]
    packer.post(f"/api/v1/orders/{number}/fulfillments/{sent}/deliver")

    order = Order.objects.get(number=number)
    types = Event.objects.filter(subject_id=order.id).order_by("id").values_list("type", flat=True)
    assert list(types) == ["order.placed", "fulfillment.created", "fulfillment.delivered"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"items": []}, "/items"),
        ({"items": [{"sku": "SKU-0", "quantity": 0}]}, "/items/0/quantity"),
        ({"items": [{"sku": "SKU-0", "quantity": -1}]}, "/items/0/quantity"),
        ({"items": [{"sku": "SKU-0", "quantity": 0.5}]}, "/items/0/quantity"),
        ({"items": [{"sku": "SKU-0", "quantity": 10**30}]}, "/items/0/quantity"),
        ({"items": [{"sku": "NOPE", "quantity": 1}]}, "/items"),
        ({"items": [{"sku": "SKU-2", "quantity": 1}]}, "/items"),
        ({"tracking_number": "9" * 10_000}, "/tracking_number"),
        ({"carrier": ["Royal Mail"]}, "/carrier"),
    ],
)
def test_what_cannot_be_sent_is_refused_and_nothing_is_recorded(
    client: APIClient, packer: APIClient, body: dict[str, Any], pointer: str
) -> None:
    number = new_order(client, ["SKU-0"])["number"]

    refused = send(packer, number, **body)

    assert refused.status_code == 400
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert Order.objects.get(number=number).fulfillment_status == "unfulfilled"


def test_only_those_who_send_may_and_someone_elses_fulfillment_is_not_there(
    client: APIClient, packer: APIClient, client_of: ClientOf
) -> None:
    number = new_order(client, ["SKU-0"])["number"]
    other = new_order(client, ["SKU-1"])["number"]
    sent = send(packer, other).json()["fulfillments"][0]["id"]

    assert send(client, number).status_code == 401
    assert send(client_of(Role.SUPPORT), number).status_code == 403
    assert send(packer, "NOPE").status_code == 404
    for step in ("deliver", "cancel"):
        for identifier in (sent, uuid7()):
            path = f"/api/v1/orders/{number}/fulfillments/{identifier}/{step}"
            assert packer.post(path).status_code == 404

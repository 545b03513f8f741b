"""The timeline of an order: in words, with who did it, and for each reader what concerns them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.domain import Role
from accounts.models import User
from orders.models import Order
from tests.shop import items, new_order, offer_shipping, paid_order, stock_variants

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def skus() -> list[str]:
    offer_shipping()
    return stock_variants(3)


@pytest.fixture
def support(client_of: ClientOf) -> APIClient:
    client = client_of(Role.SUPPORT)
    user = client.user_id  # type: ignore[attr-defined]
    User.objects.filter(pk=user).update(first_name="Grace", last_name="Hopper")
    return client


def events(client: APIClient, number: str, **query: Any) -> list[dict[str, Any]]:
    response = client.get(f"/api/v1/orders/{number}/events", query)
    assert response.status_code == 200, response.content
    return list(response.json()["results"])


def act(client: APIClient, number: str, what: str, body: Any = None, **headers: str) -> Any:
    return client.post(f"/api/v1/orders/{number}/{what}", body or {}, headers=headers)


def test_staff_read_words_money_names_and_requests(client: APIClient, support: APIClient) -> None:
    number = paid_order(client)
    body = {"items": items(["SKU-1"]), "reason": "Arrived broken."}
    refunded = act(support, number, "refunds", body, **{"X-Request-ID": "the-refund"})
    assert refunded.status_code == 201

    placed, asked, done = events(support, number)

    assert placed["message"] == "Order placed for £43.97"
    assert placed["actor"] == {"kind": "buyer", "name": ""}
    assert asked["type"] == "order.refund_requested"
    assert asked["message"] == "Refund of £10.01 requested"
    assert asked["note"] == "Arrived broken."
    assert done["message"] == "Partially refunded: £10.01 in all"
    for entry in (asked, done):
        assert entry["actor"] == {"kind": "staff", "name": "Grace Hopper"}
        assert entry["request_id"] == "the-refund"


def test_buyers_read_what_becomes_of_their_order_and_nothing_internal(
    client: APIClient, support: APIClient
) -> None:
    number = paid_order(client)
    act(support, number, "notes", {"note": "A difficult customer."})
    act(support, number, "hold", {"reason": "Looks like fraud."})
    act(support, number, "release")
    act(support, number, "refunds", {"items": items(["SKU-1"]), "reason": "Goodwill."})

    told = events(client, number)

    assert [entry["type"] for entry in told] == [
        "order.placed",
        "order.refund_requested",
        "order.payment_partially_refunded",
    ]
    assert {entry["note"] for entry in told} == {""}
    assert {entry["request_id"] for entry in told} == {""}
    assert told[1]["actor"] == {"kind": "staff", "name": ""}


def test_a_partial_payment_stands_in_the_timeline_with_its_amount(
    client: APIClient, support: APIClient
) -> None:
    number = new_order(client, ["SKU-0"])["number"]
    part = {"amount": {"amount": 500, "currency": "GBP"}}
    assert act(support, number, "payments", part).status_code == 201
    last = events(support, number)[-1]
    assert last["message"] == "Payment of £5.00 requested or recorded"
    assert last["actor"]["kind"] == "staff"


def test_what_was_sent_is_told_by_titles_and_tracking(
    client: APIClient, client_of: ClientOf
) -> None:
    number = new_order(client, ["SKU-0"], 2)["number"]
    packer = client_of(Role.FULFILLMENT)
    body = {"items": items(["SKU-0"]), "carrier": "Royal Mail", "tracking_number": "JD1"}
    act(packer, number, "fulfillments", body)
    assert events(client, number)[-1]["message"] == (
        "Sent 1 × Thing SKU – No. 0 with Royal Mail JD1"
    )


def test_the_timeline_is_a_list_in_pages_of_the_oldest_first(
    client: APIClient, support: APIClient
) -> None:
    number = new_order(client, ["SKU-0"])["number"]
    for count in range(3):
        act(support, number, "notes", {"note": f"No. {count}"})
    first = support.get(f"/api/v1/orders/{number}/events?limit=2").json()
    rest = support.get(first["next"]).json()
    notes = [entry["note"] for entry in first["results"] + rest["results"]]
    assert notes == ["", "No. 0", "No. 1", "No. 2"]
    assert rest["next"] is None


def test_strangers_find_no_timeline(client: APIClient, client_of: ClientOf) -> None:
    number = new_order(client, ["SKU-0"])["number"]
    for stranger in (APIClient(), client_of()):
        assert stranger.get(f"/api/v1/orders/{number}/events").status_code == 404


def test_the_timeline_costs_as_many_statements_however_long_it_is(
    client: APIClient, support: APIClient, assert_statements: Any
) -> None:
    number = new_order(client, ["SKU-0"])["number"]
    for count in range(3):
        act(support, number, "notes", {"note": f"No. {count}"})
    # Who asks; the order, its lines, payments with their operations, fulfillments and returns; the
    # events; the log of it.
    with assert_statements(9):
        events(support, number)


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.FULFILLMENT, Role.MANAGER, Role.ADMIN])
def test_an_order_on_hold_is_not_sent_until_it_is_released(
    client: APIClient, client_of: ClientOf, role: Role
) -> None:
    number = new_order(client, ["SKU-0"])["number"]
    staff, packer = client_of(role), client_of(Role.FULFILLMENT)

    held = act(staff, number, "hold", {"reason": "Address unclear."})
    assert held.status_code == 200
    assert held.json()["held_at"] is not None
    refused = act(packer, number, "fulfillments")
    assert (refused.status_code, refused.json()["code"]) == (409, "order_on_hold")
    again = act(staff, number, "hold")
    assert (again.status_code, again.json()["code"]) == (409, "order_on_hold")

    assert act(staff, number, "release").json()["held_at"] is None
    assert act(packer, number, "fulfillments").status_code == 201
    over = act(staff, number, "release")
    assert (over.status_code, over.json()["code"]) == (409, "order_not_on_hold")


def test_a_canceled_order_is_not_held(client: APIClient, support: APIClient) -> None:
    number = new_order(client, ["SKU-0"])["number"]
    act(support, number, "cancel")
    refused = act(support, number, "hold")
    assert (refused.status_code, refused.json()["code"]) == (409, "invalid_transition")


@pytest.mark.parametrize("what", ["notes", "hold", "release"])
def test_buyers_neither_note_nor_hold(client: APIClient, client_of: ClientOf, what: str) -> None:
    buyer = client_of()
    number = new_order(buyer, ["SKU-0"])["number"]
    body = {"note": "x"} if what == "notes" else {}
    assert act(buyer, number, what, body).status_code == 403
    assert act(client, number, what, body).status_code == 401


@pytest.mark.parametrize("note", ["", "   ", "x" * 2_001, 7, None, ["x"]])
def test_a_note_is_a_text_of_some_length(
    client: APIClient, support: APIClient, note: object
) -> None:
    number = new_order(client, ["SKU-0"])["number"]
    refused = act(support, number, "notes", {"note": note})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "/note"


def test_erasing_a_buyer_takes_notes_and_reasons_with_it(
    client_of: ClientOf, support: APIClient
) -> None:
    buyer = client_of()
    number = new_order(buyer, ["SKU-0"])["number"]
    act(support, number, "notes", {"note": "Lives above the bakery."})
    act(support, number, "hold", {"reason": "Asks for Ada."})
    gone = buyer.delete("/api/v1/me", {"password": "correct horse battery"})
    assert gone.status_code == 204, gone.content
    assert [entry["note"] for entry in events(support, number)] == ["", "", ""]
    assert Order.objects.get(number=number).hold_reason == ""

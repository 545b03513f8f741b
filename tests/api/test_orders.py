from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from core.http.openapi.document import document
from events.models import Event
from inventory.models import Movement
from orders.models import Order
from payments.domain import Outcome, OutcomeKind
from payments.models import Payment
from payments.providers.test import TestProvider
from tests.shop import (
    ADDRESS,
    complete,
    new_checkout,
    new_order,
    offer_shipping,
    stock_of,
    stock_variants,
)

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def skus() -> list[str]:
    offer_shipping()
    return stock_variants(3)


def test_an_order_is_a_snapshot(client: APIClient) -> None:
    order = new_order(client, ["SKU-0", "SKU-1"], 2)

    assert (order["status"], order["payment_status"], order["fulfillment_status"]) == (
        "open",
        "pending",
        "unfulfilled",
    )
    assert order["email"] == "ada@example.com"
    assert {key: order["shipping_address"][key] for key in ADDRESS} == ADDRESS
    assert order["billing_address"] == order["shipping_address"]
    assert order["shipping_method"] == {
        "code": "standard",
        "title": "Standard",
        "min_days": None,
        "max_days": None,
        "pickup": False,
        "pickup_location": "",
    }
    assert [(item["sku"], item["quantity"]) for item in order["items"]] == [
        ("SKU-0", 2),
        ("SKU-1", 2),
    ]
    totals = {name: money["amount"] for name, money in order["totals"].items()}
    assert totals == {
        "subtotal": 4_002,
        "discount": 0,
        "shipping": 395,
        "tax": 0,
        "total": 4_397,
    }


@pytest.mark.parametrize(
    "say",
    [
        str.lower,
        lambda number: number.replace("-", ""),
        lambda number: number.replace("-", " ").lower(),
        lambda number: f"#{number}",
        lambda number: f" # {number.replace('-', '')}",
        lambda number: number.replace("-", "\N{EN DASH}"),
        " ".join,
    ],
)
def test_a_number_is_found_as_it_is_read_over_the_phone(
    client: APIClient, client_of: ClientOf, say: Callable[[str], str]
) -> None:
    order = new_order(client, ["SKU-0"])
    said = say(order["number"])

    assert client.get(f"/api/v1/orders/{quote(said)}").json() == order
    found = client_of(Role.SUPPORT).get("/api/v1/orders", {"number": said}).json()["results"]
    assert [each["number"] for each in found] == [order["number"]]
    assert client.post(f"/api/v1/orders/{quote(said)}/cancel", {}).status_code == 200


def test_someone_elses_order_is_not_found(client: APIClient, client_of: ClientOf) -> None:
    order = new_order(client_of(), ["SKU-0"])
    url = f"/api/v1/orders/{order['number']}"

    for who in (client, client_of()):
        assert who.get(url).status_code == 404
        assert who.post(f"{url}/cancel").status_code == 404
    assert Order.objects.get().status == "open"


def test_a_list_needs_an_account(client: APIClient) -> None:
    new_order(client, ["SKU-0"])

    response = client.get("/api/v1/orders")

    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")


def test_customers_list_their_own_orders_newest_first(client_of: ClientOf) -> None:
    ada, eve = client_of(), client_of()
    numbers = [new_order(ada, ["SKU-0"])["number"] for _ in range(3)]
    new_order(eve, ["SKU-0"])

    page = ada.get("/api/v1/orders?limit=2").json()
    assert [order["number"] for order in page["results"]] == [numbers[2], numbers[1]]
    rest = ada.get(page["next"]).json()
    assert [order["number"] for order in rest["results"]] == [numbers[0]]
    assert rest["next"] is None
    assert ada.get(rest["previous"]).json()["results"] == page["results"]


def test_staff_list_all_and_filter(client: APIClient, client_of: ClientOf) -> None:
    first = new_order(client, ["SKU-0"])
    second = new_order(client_of(), ["SKU-1"])
    Order.objects.filter(number=first["number"]).update(
        status="canceled", placed_at=timezone.now() - timedelta(days=2)
    )
    staff = client_of(Role.SUPPORT)

    def numbers(query: str) -> list[str]:
        response = staff.get(f"/api/v1/orders{query}")
        assert response.status_code == 200, response.content
        return [order["number"] for order in response.json()["results"]]

    yesterday = (timezone.now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert numbers("") == [second["number"], first["number"]]
    assert numbers("?status=canceled") == [first["number"]]
    assert numbers("?payment_status=pending") == [second["number"], first["number"]]
    assert numbers("?fulfillment_status=fulfilled") == []
    assert numbers("?email=ADA@example.com") == [second["number"], first["number"]]
    assert numbers(f"?number={first['number'].lower()}") == [first["number"]]
    assert numbers(f"?search={second['number']}") == [second["number"]]
    assert numbers("?search=ada@example.com") == [second["number"], first["number"]]
    assert numbers(f"?placed_after={yesterday}") == [second["number"]]
    assert numbers(f"?placed_before={yesterday}") == [first["number"]]


@pytest.mark.parametrize(
    "query",
    ["status=lost", "placed_after=yesterday", "limit=0", "limit=101", "cursor=x", "email=%00"],
)
def test_a_query_that_is_not_valid_is_refused(client_of: ClientOf, query: str) -> None:
    response = client_of(Role.SUPPORT).get(f"/api/v1/orders?{query}")

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


def test_a_customer_cancels_before_fulfillment(client: APIClient) -> None:
    order = new_order(client, ["SKU-0", "SKU-1"], 4)
    assert stock_of("SKU-0") == (96, 0)

    response = client.post(
        f"/api/v1/orders/{order['number']}/cancel", {"reason": "Changed my mind"}
    )

    assert response.status_code == 200
    canceled = response.json()
    assert (canceled["status"], canceled["payment_status"]) == ("canceled", "voided")
    assert canceled["cancel_reason"] == "Changed my mind"
    assert canceled["canceled_at"] is not None
    assert stock_of("SKU-0") == stock_of("SKU-1") == (100, 0)
    kinds = Movement.objects.filter(order_id=order["id"]).values_list("kind", "delta")
    assert sorted(kinds) == [("cancellation", 4)] * 2 + [("sale", -4)] * 2
    assert Payment.objects.get().status == "voided"
    assert list(
        Event.objects.filter(subject_id=order["id"]).order_by("id").values_list("type", flat=True)
    ) == ["order.placed", "order.canceled", "order.payment_voided"]


def test_canceling_twice_is_no_step(client: APIClient) -> None:
    order = new_order(client, ["SKU-0"])
    url = f"/api/v1/orders/{order['number']}/cancel"
    client.post(url)

    response = client.post(url)

    assert (response.status_code, response.json()["code"]) == (409, "invalid_transition")
    assert {key: response.json()[key] for key in ("from", "to", "allowed")} == {
        "from": "canceled",
        "to": "canceled",
        "allowed": [],
    }
    assert stock_of("SKU-0") == (100, 0)


@pytest.mark.parametrize(
    ("role", "fulfillment", "status"),
    [
        (Role.SUPPORT, "unfulfilled", 200),
        (Role.SUPPORT, "partially_fulfilled", 200),
        (Role.MANAGER, "partially_fulfilled", 200),
        (Role.SUPPORT, "fulfilled", 409),
        (Role.FULFILLMENT, "unfulfilled", 403),
    ],
)
def test_staff_cancel_later_too(
    client: APIClient, client_of: ClientOf, role: Role, fulfillment: str, status: int
) -> None:
    order = new_order(client, ["SKU-0"])
    Order.objects.update(fulfillment_status=fulfillment)

    response = client_of(role).post(f"/api/v1/orders/{order['number']}/cancel")

    assert response.status_code == status


def test_a_customer_cannot_cancel_what_is_being_sent(client: APIClient) -> None:
    order = new_order(client, ["SKU-0"])
    Order.objects.update(fulfillment_status="partially_fulfilled")

    response = client.post(f"/api/v1/orders/{order['number']}/cancel")

    assert (response.status_code, response.json()["code"]) == (409, "invalid_transition")


@pytest.mark.parametrize("body", [{"reason": 5}, {"reason": "x" * 256}, {"why": "x"}, []])
def test_a_bad_reason_is_refused(client: APIClient, body: Any) -> None:
    order = new_order(client, ["SKU-0"])

    response = client.post(f"/api/v1/orders/{order['number']}/cancel", body)

    assert response.status_code == 400
    assert Order.objects.get().status == "open"


@pytest.fixture
def authorized(client: APIClient, settings: Any) -> str:
    """The path of an order whose money is held and not captured."""
    settings.PAYMENT_CAPTURE = "manual"
    payment = {"provider": "test", "token": "tok_success"}
    done = complete(client, new_checkout(client, ["SKU-0"]), payment=payment)
    return f"/api/v1/orders/{done.json()['order']['number']}"


def refusals_of(action: str) -> str:
    """What the OpenAPI document says of conflicts."""
    operation = document()["paths"][f"/api/v1/orders/{{number}}/{action}"]["post"]
    return str(operation["responses"]["409"]["description"])


def test_an_order_is_not_canceled_while_its_money_is_being_captured(
    client: APIClient, client_of: ClientOf, authorized: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TestProvider, "capture", lambda *_: Outcome(OutcomeKind.UNKNOWN))
    assert client_of(Role.SUPPORT).post(f"{authorized}/payments", {}).status_code == 201

    response = client.post(f"{authorized}/cancel")

    assert (response.status_code, response.json()["code"]) == (409, "payment_operation_in_progress")
    assert client.get(authorized).json()["status"] == "open"
    assert "`payment_operation_in_progress`" in refusals_of("cancel")


@pytest.mark.parametrize("action", ["cancel", "payments", "refunds"])
def test_a_provider_that_contradicts_the_payment_is_a_declared_refusal(
    client_of: ClientOf, authorized: str, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    staff = client_of(Role.SUPPORT)
    if action == "refunds":
        staff.post(f"{authorized}/payments", {})
    other = Outcome(OutcomeKind.UNKNOWN, reference="of another payment")
    for call in ("capture", "void", "refund"):
        monkeypatch.setattr(TestProvider, call, lambda *_: other)

    response = staff.post(f"{authorized}/{action}", {})

    assert (response.status_code, response.json()["code"]) == (409, "payment_mismatch")
    assert "`payment_mismatch`" in refusals_of(action)

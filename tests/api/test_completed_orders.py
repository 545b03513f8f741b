"""An order is completed when nothing of it is left to do, and stays so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from events.models import Event
from orders.models import Order
from orders.services import complete_orders
from tests.after_sales import act, broken_invariants, read, send
from tests.shop import (
    items,
    new_checkout,
    new_order,
    offer_shipping,
    paid_order,
    pay,
    stock_variants,
)

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def skus() -> list[str]:
    offer_shipping()
    return stock_variants(2)


@pytest.fixture
def manager(client_of: ClientOf) -> APIClient:
    return client_of(Role.MANAGER)


def completed_in(days: float) -> int:
    return complete_orders(now=timezone.now() + timedelta(days=days))


def test_the_last_delivery_completes_a_paid_order(client: APIClient, manager: APIClient) -> None:
    number = paid_order(client)
    first = send(manager, number, items=items(["SKU-0"], 2))
    assert act(manager, number, f"{first}/deliver")["status"] == "open"
    last = send(manager, number)

    done = act(manager, number, f"{last}/deliver")

    assert done["status"] == "completed"
    assert done["completed_at"]
    event = Event.objects.get(type="order.completed")
    assert (event.subject_id, event.acted_as) == (Order.objects.get().id, "system")
    told = client.get(f"/api/v1/orders/{number}/events?limit=100").json()["results"]
    assert told[-1]["message"] == "Order completed"
    assert not broken_invariants()


def test_what_is_due_keeps_an_order_open_until_it_is_paid(
    client: APIClient, manager: APIClient
) -> None:
    number = new_order(client, ["SKU-0"])["number"]
    sent = send(manager, number)
    assert act(manager, number, f"{sent}/deliver")["status"] == "open"
    assert completed_in(100) == 0

    assert act(manager, number, "payments")["status"] == "completed"


def test_what_nobody_marks_as_delivered_is_taken_to_be_after_some_days(
    client: APIClient, manager: APIClient
) -> None:
    number = paid_order(client)
    send(manager, number)

    assert completed_in(13.9) == 0
    assert completed_in(14.1) == 1
    assert completed_in(14.2) == 0
    assert read(client, number)["status"] == "completed"


def test_without_these_days_an_order_waits_for_its_delivery(
    client: APIClient, manager: APIClient, settings: Any
) -> None:
    settings.AFTER_SALES = replace(settings.AFTER_SALES, delivery=0)
    number = paid_order(client)
    sent = send(manager, number)

    assert completed_in(1_000) == 0
    assert act(manager, number, f"{sent}/deliver")["status"] == "completed"


def test_an_order_that_was_not_sent_whole_stays_open(client: APIClient, manager: APIClient) -> None:
    number = paid_order(client)
    send(manager, number, items=items(["SKU-0"], 2))

    assert completed_in(100) == 0


def test_units_refunded_before_they_were_sent_are_not_waited_for(
    client: APIClient, manager: APIClient
) -> None:
    number = paid_order(client)
    send(manager, number, items=items(["SKU-0"], 2))
    act(manager, number, "refunds", items=items(["SKU-1"], 2))

    assert completed_in(100) == 1


@pytest.mark.parametrize("whole", [True, False])
def test_an_order_refunded_before_it_was_sent_is_completed_and_not_to_fulfill(
    client: APIClient, manager: APIClient, whole: bool
) -> None:
    number = paid_order(client)
    assert Order.objects.to_fulfill().count() == 1

    body = {} if whole else {"items": items(["SKU-0", "SKU-1"], 2)}  # delivery is not refunded
    refunded = act(manager, number, "refunds", **body)

    assert refunded["status"] == "completed"
    assert refunded["payment_status"] == ("refunded" if whole else "partially_refunded")
    assert not Order.objects.to_fulfill().exists()
    assert not broken_invariants()


def test_an_open_return_keeps_an_order_open(client: APIClient, manager: APIClient) -> None:
    number = paid_order(client)
    sent = send(manager, number)
    asked = act(client, number, "returns", items=items(["SKU-0"]))
    assert act(manager, number, f"{sent}/deliver")["status"] == "open"
    assert completed_in(100) == 0

    act(manager, number, f"returns/{asked['id']}/reject")

    assert read(client, number)["status"] == "completed"


def test_a_held_order_stays_open(client: APIClient, manager: APIClient) -> None:
    number = paid_order(client)
    send(manager, number)
    act(manager, number, "hold")
    assert completed_in(100) == 0

    act(manager, number, "release")
    assert completed_in(100) == 1


def test_returns_and_refunds_of_a_completed_order_do_not_reopen_it(
    client: APIClient, manager: APIClient
) -> None:
    number = paid_order(client)
    act(manager, number, f"{send(manager, number)}/deliver")
    asked = act(client, number, "returns", items=items(["SKU-0"]))
    act(manager, number, f"returns/{asked['id']}/approve")
    act(manager, number, f"returns/{asked['id']}/receive", restock=True)
    act(manager, number, "refunds", items=items(["SKU-0"]))

    order = read(client, number)
    assert (order["status"], order["payment_status"]) == ("completed", "partially_refunded")
    assert Event.objects.filter(type="order.completed").count() == 1
    assert not broken_invariants()


@pytest.mark.parametrize("path", ["fulfillments", "hold", "cancel"])
def test_nothing_of_a_completed_order_is_sent_held_or_canceled(
    client: APIClient, manager: APIClient, path: str
) -> None:
    number = paid_order(client)
    act(manager, number, "refunds")

    refused = manager.post(f"/api/v1/orders/{number}/{path}", {})

    assert (refused.status_code, refused.json()["code"]) == (409, "invalid_transition")
    assert refused.json()["from"] == "completed"


def test_a_payment_that_arrives_by_itself_completes_the_order_at_the_next_run(
    client: APIClient, manager: APIClient
) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    number = pay(client, checkout, "tok_success").json()["order"]["number"]
    send(manager, number)
    Order.objects.update(payment_status="authorized")
    assert completed_in(100) == 0

    Order.objects.update(payment_status="paid")
    assert completed_in(100) == 1


def test_completed_orders_are_a_list(client: APIClient, manager: APIClient) -> None:
    number = paid_order(client)
    paid_order(client)
    act(manager, number, "refunds")

    found = manager.get("/api/v1/orders?status=completed").json()["results"]

    assert [order["number"] for order in found] == [number]

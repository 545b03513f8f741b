"""The buyer's right to withdraw: a statement, its confirmation, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from rest_framework.test import APIClient

from accounts.domain import Role
from events.models import Event
from orders.models import Fulfillment, Order
from tests.after_sales import act, broken_invariants, read, send
from tests.concurrency.racing import shopper
from tests.shop import (
    items,
    new_checkout,
    new_order,
    offer_shipping,
    paid_order,
    pay,
    stock_of,
    stock_variants,
)

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]
RunJobs = Callable[[], int]


@pytest.fixture(autouse=True)
def skus() -> list[str]:
    offer_shipping()
    return stock_variants(2)


@pytest.fixture
def manager(client_of: ClientOf) -> APIClient:
    return client_of(Role.MANAGER)


def withdraw(client: APIClient, number: str, **body: Any) -> Any:
    return client.post(f"/api/v1/orders/{number}/withdrawal", body)


def refused(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def pounds(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "GBP"}


def test_the_statement_says_what_would_happen_and_does_nothing(client: APIClient) -> None:
    number = paid_order(client)
    before = read(client, number)

    stated = withdraw(client, number)

    assert stated.status_code == 200, stated.content
    assert stated.json() == {
        "number": number,
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "items": items(["SKU-0", "SKU-1"], 2),
        "everything": True,
        "refund": pounds(4_397),  # delivery included
        "deadline": None,
        "confirmed": False,
        "submitted_at": None,
    }
    assert read(client, number) == before
    assert not Event.objects.filter(type="order.withdrawn").exists()


def test_before_anything_is_sent_the_order_is_canceled_and_the_money_goes_back(
    client: APIClient,
) -> None:
    number = paid_order(client)

    done = withdraw(client, number, confirm=True).json()

    assert done["confirmed"]
    assert done["submitted_at"]
    order = read(client, number)
    assert (order["status"], order["payment_status"]) == ("canceled", "refunded")
    assert stock_of("SKU-0") == (100, 0)
    assert not broken_invariants()


def test_what_was_not_paid_is_not_owed_any_more(client: APIClient) -> None:
    number = new_order(client, ["SKU-0"])["number"]

    done = withdraw(client, number, confirm=True).json()

    assert done["refund"] == pounds(0)
    order = read(client, number)
    assert (order["status"], order["payment_status"], order["due"]) == (
        "canceled", "voided", pounds(0),
    )  # fmt: skip


def test_what_was_sent_comes_back_by_a_return_that_nobody_has_to_approve(
    client: APIClient, manager: APIClient
) -> None:
    number = paid_order(client)
    act(manager, number, f"{send(manager, number)}/deliver")

    done = withdraw(client, number, confirm=True).json()

    assert (done["everything"], done["refund"]) == (True, pounds(4_397))
    order = read(client, number)
    (coming,) = order["returns"]
    assert (coming["kind"], coming["status"]) == ("withdrawal", "approved")
    assert coming["items"] == items(["SKU-0", "SKU-1"], 2)
    assert order["payment_status"] == "paid"  # until the units have arrived
    assert order["status"] == "completed"
    assert not broken_invariants()


def test_of_a_part_that_was_sent_the_rest_is_refunded_at_once(
    client: APIClient, manager: APIClient
) -> None:
    number = paid_order(client)
    send(manager, number, items=items(["SKU-0"], 1))

    done = withdraw(client, number, confirm=True).json()

    assert (done["everything"], done["refund"]) == (True, pounds(4_397))
    order = read(client, number)
    assert [coming["items"] for coming in order["returns"]] == [items(["SKU-0"], 1)]
    (refund,) = order["refunds"]
    assert refund["amount"] == pounds(1_000 + 2 * 1_001)
    assert (stock_of("SKU-0"), stock_of("SKU-1")) == ((99, 0), (100, 0))
    assert order["fulfillment_status"] == "fulfilled"  # nothing is left to send
    assert not broken_invariants()


def test_some_units_can_be_withdrawn_from_and_those_not_sent_first(
    client: APIClient, manager: APIClient
) -> None:
    number = paid_order(client)
    send(manager, number, items=items(["SKU-0"], 1))

    done = withdraw(client, number, items=items(["SKU-0"], 1), confirm=True).json()

    assert (done["everything"], done["refund"]) == (False, pounds(1_000))
    order = read(client, number)
    assert order["returns"] == []
    assert [refund["amount"] for refund in order["refunds"]] == [pounds(1_000)]
    assert order["status"] == "open"


def test_some_unpaid_units_that_were_not_sent_hold_the_order_for_staff(client: APIClient) -> None:
    number = new_order(client, ["SKU-0", "SKU-1"])["number"]

    done = withdraw(client, number, items=items(["SKU-0"]), confirm=True).json()

    assert done["refund"] == pounds(0)
    order = Order.objects.get(number=number)
    assert order.held_at is not None
    assert order.hold_reason == "The buyer has withdrawn from 1 × SKU-0"
    assert not broken_invariants()


def test_twice_is_once(client: APIClient, manager: APIClient) -> None:
    number = paid_order(client)
    send(manager, number)
    assert withdraw(client, number, confirm=True).status_code == 200

    assert refused(withdraw(client, number, confirm=True)) == (409, "withdrawal_exceeds_ordered")
    other = paid_order(client)
    assert withdraw(client, other, confirm=True).status_code == 200
    again = withdraw(client, other, confirm=True)
    assert refused(again) == (409, "invalid_transition")
    assert again.json()["from"] == "canceled"
    assert Event.objects.filter(type="order.withdrawn").count() == 2


def test_repeated_with_its_key_it_is_answered_alike(client: APIClient) -> None:
    number = paid_order(client)

    def confirm() -> Any:
        path = f"/api/v1/orders/{number}/withdrawal"
        return client.post(path, {"confirm": True}, headers={"Idempotency-Key": "once"})

    first, second = confirm(), confirm()

    assert (second.status_code, second.content) == (200, first.content)


@pytest.mark.parametrize(
    ("delivered", "days", "zone", "deadline"),
    [
        ("2026-06-01T10:00:00Z", 14, "UTC", "2026-06-15T23:59:59Z"),
        # In the shop's time zone it is the next day already.
        ("2026-06-01T23:30:00Z", 14, "Europe/Berlin", "2026-06-16T21:59:59Z"),
        # A period that would end on a Saturday or a Sunday ends on Monday.
        ("2026-06-06T10:00:00Z", 14, "UTC", "2026-06-22T23:59:59Z"),
        ("2026-06-07T10:00:00Z", 14, "UTC", "2026-06-22T23:59:59Z"),
        ("2026-06-01T10:00:00Z", 30, "UTC", "2026-07-01T23:59:59Z"),
    ],
)
def test_the_period_ends_some_days_after_the_delivery(
    client: APIClient, manager: APIClient, settings: Any,
    delivered: str, days: int, zone: str, deadline: str,
) -> None:  # fmt: skip
    settings.AFTER_SALES = replace(settings.AFTER_SALES, withdrawal=days)
    settings.SHOP_TIME_ZONE = ZoneInfo(zone)
    number = paid_order(client)
    act(manager, number, f"{send(manager, number)}/deliver")
    Fulfillment.objects.update(delivered_at=datetime.fromisoformat(delivered))
    last = datetime.fromisoformat(deadline)

    with time_machine.travel(last, tick=False):
        assert withdraw(client, number).json()["deadline"] == deadline
    with time_machine.travel(last + timedelta(seconds=1), tick=False):
        over = withdraw(client, number, confirm=True)
    assert refused(over) == (409, "withdrawal_period_over")
    assert datetime.fromisoformat(over.json()["deadline"]) == last


def test_the_last_part_to_arrive_begins_the_period(client: APIClient, manager: APIClient) -> None:
    number = paid_order(client)
    first = send(manager, number, items=items(["SKU-0"], 2))
    act(manager, number, f"{first}/deliver")
    assert withdraw(client, number).json()["deadline"] is None

    send(manager, number)  # nobody will mark it; after 14 days it counts as delivered

    deadline = datetime.fromisoformat(withdraw(client, number).json()["deadline"])
    sent_at = Fulfillment.objects.latest("created_at").created_at
    assert timedelta(days=27) < deadline - sent_at < timedelta(days=31)


def test_a_shop_can_offer_none(client: APIClient, settings: Any) -> None:
    settings.AFTER_SALES = replace(settings.AFTER_SALES, withdrawal=0)

    assert refused(withdraw(client, paid_order(client))) == (409, "withdrawal_not_offered")


def test_it_is_acknowledged_by_email_with_what_was_submitted_and_when(
    client: APIClient, run_jobs: RunJobs, settings: Any
) -> None:
    settings.SHOP_TIME_ZONE = ZoneInfo("Europe/Berlin")
    number = paid_order(client)
    withdraw(client, number)
    mail.outbox.clear()
    with time_machine.travel("2026-12-01T09:14:31Z", tick=False):
        withdraw(client, number, confirm=True)
    run_jobs()

    (message,) = [each for each in mail.outbox if "withdrawal" in each.subject]
    assert message.to == ["ada@example.com"]
    for told in (
        number,
        "Ada Lovelace",
        "1 December 2026",
        "10:14:31 CET",
        "2 × Thing SKU",
        "£43.97",
    ):
        assert told in message.body, message.body
        assert told in message.alternatives[0].content


def test_the_refund_of_what_came_back_brings_back_delivery(
    client: APIClient, manager: APIClient
) -> None:
    number = paid_order(client)
    send(manager, number)
    withdraw(client, number, confirm=True)
    coming = f"returns/{read(client, number)['returns'][0]['id']}"
    act(manager, number, f"{coming}/receive", restock=True)

    order = act(manager, number, f"{coming}/refund")

    assert order["payment_status"] == "refunded"
    assert [item["sku"] for item in order["refunds"][0]["items"]] == ["SKU-0", "SKU-1", None]
    again = manager.post(f"/api/v1/orders/{number}/{coming}/refund", {})
    assert refused(again) == (409, "return_refunded")
    assert not broken_invariants()


def test_of_an_ordinary_return_delivery_is_not_refunded(
    client: APIClient, manager: APIClient
) -> None:
    number = paid_order(client)
    send(manager, number)
    asked = act(client, number, "returns", items=items(["SKU-0", "SKU-1"], 2))
    coming = f"returns/{asked['id']}"
    early = manager.post(f"/api/v1/orders/{number}/{coming}/refund", {})
    assert refused(early) == (409, "invalid_transition")
    act(manager, number, f"{coming}/approve")
    act(manager, number, f"{coming}/receive")

    order = act(manager, number, f"{coming}/refund")

    assert order["refundable"] == pounds(395)


def test_only_the_buyer_and_support_withdraw(client: APIClient, client_of: ClientOf) -> None:
    number = paid_order(client)

    assert withdraw(client_of(), number).status_code == 404
    assert withdraw(shopper(), number).status_code == 404
    assert refused(withdraw(client_of(Role.FULFILLMENT), number)) == (403, "permission_denied")
    assert withdraw(client_of(Role.SUPPORT), number, confirm=True).status_code == 200


def test_a_customer_withdraws_from_an_order_of_their_account(client_of: ClientOf) -> None:
    owner = client_of()
    checkout = new_checkout(owner, ["SKU-0"])
    number = pay(owner, checkout, "tok_success").json()["order"]["number"]

    assert withdraw(owner, number, confirm=True).status_code == 200
    told = owner.get(f"/api/v1/orders/{number}/events?limit=100").json()["results"]
    assert "Withdrawal from 1 × Thing SKU – No. 0" in [event["message"] for event in told]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"items": []}, "/items"),
        ({"items": [{"sku": "SKU-0", "quantity": 0}]}, "/items/0/quantity"),
        ({"items": [{"sku": "NOPE", "quantity": 1}]}, "/items"),
        ({"confirm": "yes"}, "/confirm"),
        ({"reason": "x"}, "/reason"),
    ],
)
def test_what_makes_no_sense_is_refused(
    client: APIClient, body: dict[str, Any], pointer: str
) -> None:
    response = client.post(f"/api/v1/orders/{paid_order(client)}/withdrawal", body)

    assert response.status_code == 400
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


def test_more_than_was_bought_is_refused(client: APIClient) -> None:
    response = withdraw(client, paid_order(client), items=items(["SKU-0"], 3), confirm=True)

    assert refused(response) == (409, "withdrawal_exceeds_ordered")
    assert response.json()["items"] == [{"sku": "SKU-0", "left": 2}]


def test_the_statement_costs_the_same_for_one_line_or_many(
    client: APIClient, assert_statements: Any
) -> None:
    one = new_order(client, ["SKU-0"])["number"]
    other = shopper()
    two = paid_order(other)
    for buyer, number in ((client, one), (other, two)):
        # The order as it is read, and twice its units, for what it is worth.
        with assert_statements(14):
            assert withdraw(buyer, number).status_code == 200


def test_units_that_were_not_sent_are_withdrawn_from_before_others_are_refunded_that_came_back(
    client: APIClient, manager: APIClient
) -> None:
    number = paid_order(client)
    send(manager, number, items=items(["SKU-0"]))
    asked = act(client, number, "returns", items=items(["SKU-0"]))["id"]
    for step in ("approve", "receive"):
        act(
            manager,
            number,
            f"returns/{asked}/{step}",
            **{"restock": True} if step == "receive" else {},
        )

    withdraw(client, number, items=items(["SKU-0"]), confirm=True)

    nothing = manager.post(f"/api/v1/orders/{number}/fulfillments", {"items": items(["SKU-0"])})
    assert refused(nothing) == (409, "fulfillment_exceeds_ordered")
    act(manager, number, f"returns/{asked}/refund")
    assert stock_of("SKU-0") == (100, 0)
    assert not broken_invariants()

"""Refunds, captures and cancellations of what was paid for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from core.db.invariants import declared_checks, run_checks
from orders.models import Order
from payments.domain import Outcome, OutcomeKind
from payments.models import Payment
from payments.providers.test import TestProvider
from tests.shop import (
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


@pytest.fixture(autouse=True)
def skus() -> list[str]:
    offer_shipping()
    return stock_variants(2, stock=10)


def test_support_refunds_in_parts_and_never_more_than_was_paid(
    client: APIClient, client_of: ClientOf
) -> None:
    number = paid_order(client)
    staff = client_of(Role.SUPPORT)
    url = f"/api/v1/orders/{number}/refunds"
    total = Order.objects.get().total

    part = staff.post(url, {"amount": {"amount": 400, "currency": "GBP"}})
    assert (part.status_code, part.json()["payment_status"]) == (201, "partially_refunded")
    more = staff.post(url, {"amount": {"amount": total - 399, "currency": "GBP"}})
    assert (more.status_code, more.json()["code"]) == (409, "refund_exceeds_paid")
    assert more.json()["refundable"] == {"amount": total - 400, "currency": "GBP"}
    rest = staff.post(url, {})
    assert rest.json()["payment_status"] == "refunded"
    assert rest.json()["payments"][0]["refunded"]["amount"] == total
    assert staff.post(url, {}).status_code == 409


def test_refunded_items_can_be_put_back_into_stock_once(
    client: APIClient, client_of: ClientOf
) -> None:
    number = paid_order(client)
    staff = client_of(Role.SUPPORT)
    body = {"items": [{"sku": "SKU-0", "quantity": 2}], "restock": True}

    response = staff.post(f"/api/v1/orders/{number}/refunds", body)

    assert response.json()["payments"][0]["refunded"]["amount"] == 2_000
    assert stock_of("SKU-0") == (10, 0)
    again = staff.post(f"/api/v1/orders/{number}/refunds", body)
    assert (again.status_code, again.json()["code"]) == (409, "refund_exceeds_ordered")
    assert Order.objects.get().payments.get().refunded == 2_000


@pytest.mark.parametrize("included", [False, True])
def test_a_unit_is_refunded_once_and_the_last_one_gives_back_the_exact_rest(
    client: APIClient, client_of: ClientOf, settings: Any, included: bool
) -> None:
    settings.TAX_RATE, settings.PRICES_INCLUDE_TAX = Decimal("0.0333"), included
    number = paid_order(client)
    line = Order.objects.get().lines.get(sku="SKU-0")
    staff, url = client_of(Role.SUPPORT), f"/api/v1/orders/{number}/refunds"
    one = {"items": [{"sku": "SKU-0", "quantity": 1}]}

    refunds = [staff.post(url, one) for _ in range(line.quantity)]
    again = staff.post(url, one)

    assert [response.status_code for response in refunds] == [201] * line.quantity
    paid = line.total + (0 if included else line.tax)
    assert refunds[-1].json()["payments"][0]["refunded"]["amount"] == paid
    assert (again.status_code, again.json()["code"]) == (409, "refund_exceeds_ordered")
    assert (again.json()["ordered"], again.json()["refunded"]) == (line.quantity, line.quantity)


def test_a_part_of_what_a_unit_costs_is_refunded_once(
    client: APIClient, client_of: ClientOf
) -> None:
    number = paid_order(client, 1)
    staff, url = client_of(Role.SUPPORT), f"/api/v1/orders/{number}/refunds"
    part = {
        "items": [{"sku": "SKU-0", "quantity": 1}],
        "amount": {"amount": 600, "currency": "GBP"},
    }

    first, again = (staff.post(url, part) for _ in range(2))

    assert first.status_code == 201
    assert (again.status_code, again.json()["code"]) == (409, "refund_exceeds_ordered")
    assert read_refunded(client, number) == 600


def read_refunded(client: APIClient, number: str) -> int:
    (payment,) = client.get(f"/api/v1/orders/{number}").json()["payments"]
    return int(payment["refunded"]["amount"])


def test_the_units_of_a_refund_that_failed_can_be_refunded_again(
    client: APIClient, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = paid_order(client)
    staff, url = client_of(Role.SUPPORT), f"/api/v1/orders/{number}/refunds"
    both = {"items": [{"sku": "SKU-0", "quantity": 2}]}
    refused = Outcome(OutcomeKind.DECLINED, detail="disputed")
    with monkeypatch.context() as patch:
        patch.setattr(TestProvider, "refund", lambda *_: refused)
        assert staff.post(url, both).json()["payments"][0]["refunded"]["amount"] == 0

    assert staff.post(url, both).json()["payments"][0]["refunded"]["amount"] == 2_000


def test_canceling_puts_back_only_what_a_refund_has_not(
    client: APIClient, client_of: ClientOf
) -> None:
    number = paid_order(client)
    body = {"items": [{"sku": "SKU-0", "quantity": 1}], "restock": True}
    client_of(Role.SUPPORT).post(f"/api/v1/orders/{number}/refunds", body)
    assert stock_of("SKU-0") == (9, 0)

    assert client.post(f"/api/v1/orders/{number}/cancel").status_code == 200

    assert stock_of("SKU-0") == stock_of("SKU-1") == (10, 0)
    assert Order.objects.get().payment_status == "refunded"


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"amount": {"amount": 1, "currency": "EUR"}}, "currency_mismatch", "/amount/currency"),
        ({"amount": {"amount": 0, "currency": "GBP"}}, "invalid_amount", "/amount/amount"),
        ({"amount": {"amount": -1, "currency": "GBP"}}, "invalid_request", "/amount/amount"),
        ({"amount": {"amount": 10**30, "currency": "GBP"}}, "invalid_request", "/amount/amount"),
        ({"amount": {"amount": 0.5, "currency": "GBP"}}, "invalid_request", "/amount/amount"),
        ({"amount": {"amount": "1", "currency": "GBP"}}, "invalid_request", "/amount/amount"),
        ({"amount": 5}, "invalid_request", "/amount"),
        ({"items": [{"sku": "SKU-0", "quantity": -1}]}, "invalid_request", "/items/0/quantity"),
        ({"items": [{"sku": "NOPE", "quantity": 1}]}, "unknown_item", "/items"),
        ({"items": []}, "invalid_request", "/items"),
    ],
)
def test_a_refund_that_makes_no_sense_changes_nothing(
    client: APIClient, client_of: ClientOf, body: dict[str, Any], code: str, pointer: str
) -> None:
    number = paid_order(client)

    response = client_of(Role.SUPPORT).post(f"/api/v1/orders/{number}/refunds", body)

    assert (response.status_code, response.json()["code"]) == (400, code)
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    assert Payment.objects.get().refunded == Payment.objects.get().refunding == 0


@pytest.mark.parametrize("restock", [True, False])
def test_no_more_units_are_refunded_than_were_ordered(
    client: APIClient, client_of: ClientOf, restock: bool
) -> None:
    number = paid_order(client)
    items = [{"sku": "SKU-0", "quantity": 2}, {"sku": "SKU-0", "quantity": 1}]
    body = {"items": items, "restock": restock}

    response = client_of(Role.SUPPORT).post(f"/api/v1/orders/{number}/refunds", body)

    assert (response.status_code, response.json()["code"]) == (409, "refund_exceeds_ordered")
    assert (response.json()["sku"], response.json()["ordered"]) == ("SKU-0", 2)
    assert Payment.objects.get().refunding == 0
    assert stock_of("SKU-0") == (8, 0)


def test_canceling_a_paid_order_refunds_it(client: APIClient) -> None:
    number = paid_order(client)

    response = client.post(f"/api/v1/orders/{number}/cancel")

    assert response.status_code == 200
    assert (response.json()["status"], response.json()["payment_status"]) == (
        "canceled",
        "refunded",
    )
    assert stock_of("SKU-0") == stock_of("SKU-1") == (10, 0)


def test_a_refund_of_a_canceled_order_that_is_refused_stays_in_the_audit_until_it_is_made(
    client: APIClient, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = pay(client, new_checkout(client, ["SKU-0"]), "tok_success").json()["order"]["number"]
    with monkeypatch.context() as patch:
        patch.setattr(TestProvider, "refund", lambda *_: Outcome(OutcomeKind.DECLINED))
        client.post(f"/api/v1/orders/{number}/cancel")
    assert violated() == ["canceled_orders_keep_no_money"]

    response = client_of(Role.SUPPORT).post(f"/api/v1/orders/{number}/refunds", {})

    assert response.status_code == 201
    assert Order.objects.get().payment_status == "refunded"
    assert violated() == []


def violated() -> list[str]:
    now = timezone.now() + timedelta(minutes=2)
    return [found.check for found in run_checks(declared_checks(), now=now) if found.violations]


def test_staff_record_money_that_came_in_by_other_ways(
    client: APIClient, client_of: ClientOf
) -> None:
    url = f"/api/v1/orders/{new_order(client, ['SKU-0'])['number']}/payments"
    staff = client_of(Role.SUPPORT)

    assert client.post(url, {}).status_code == 401
    assert client_of().post(url, {}).status_code == 403
    assert client_of(Role.FULFILLMENT).post(url, {}).status_code == 403
    part = staff.post(url, {"amount": {"amount": 395, "currency": "GBP"}})
    assert (part.status_code, part.json()["payment_status"]) == (201, "pending")
    over = staff.post(url, {"amount": {"amount": 1_001, "currency": "GBP"}})
    assert (over.status_code, over.json()["code"]) == (409, "capture_exceeds_due")
    assert over.json()["due"] == {"amount": 1_000, "currency": "GBP"}
    rest = staff.post(url, {})
    assert rest.status_code == 201, rest.content
    assert rest.json()["payment_status"] == "paid"
    assert staff.post(url, {}).json()["code"] == "nothing_to_capture"


def test_an_order_of_which_a_part_was_captured_is_not_paid(
    client: APIClient, client_of: ClientOf, settings: Any
) -> None:
    settings.PAYMENT_CAPTURE = "manual"
    number = pay(client, new_checkout(client, ["SKU-0"]), "tok_success").json()["order"]["number"]
    part = {"amount": {"amount": 395, "currency": "GBP"}}

    client_of(Role.SUPPORT).post(f"/api/v1/orders/{number}/payments", part)

    assert Order.objects.get().payment_status == "pending"
    assert (Payment.objects.get().captured, Payment.objects.get().voided) == (395, 1000)


def test_nothing_is_captured_of_an_order_that_was_canceled(
    client: APIClient, client_of: ClientOf
) -> None:
    url = f"/api/v1/orders/{new_order(client, ['SKU-0'])['number']}"
    staff = client_of(Role.SUPPORT)
    staff.post(f"{url}/payments", {"amount": {"amount": 395, "currency": "GBP"}})
    client.post(f"{url}/cancel")

    response = staff.post(f"{url}/payments", {})

    assert (response.status_code, response.json()["code"]) == (409, "nothing_to_capture")
    assert Payment.objects.get().captured == 395
    payment = Payment.objects.get()
    assert (payment.status, payment.captured, payment.voided) == ("refunded", 395, 1000)


def test_money_is_due_until_the_whole_was_paid_though_a_part_went_back(
    client: APIClient, client_of: ClientOf
) -> None:
    """A wrong amount was recorded: it is given back, and all of it can be recorded again."""
    url = f"/api/v1/orders/{new_order(client, ['SKU-0'])['number']}"
    part = {"amount": {"amount": 500, "currency": "GBP"}}
    staff = client_of(Role.SUPPORT)

    assert staff.post(f"{url}/payments", part).json()["payment_status"] == "pending"
    assert staff.post(f"{url}/refunds", part).json()["payment_status"] == "pending"
    listed = staff.get("/api/v1/orders", {"payment_status": "refunded"}).json()["results"]
    paid = staff.post(f"{url}/payments", {})

    assert listed == []
    assert (paid.status_code, paid.json()["payment_status"]) == (201, "paid")
    payment = Payment.objects.get()
    assert payment.captured - payment.refunded == payment.amount == 1395
    assert violated() == []

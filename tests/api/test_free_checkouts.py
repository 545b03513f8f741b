"""Checkouts that cost nothing: no provider is asked, and there is nothing to give back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from checkout.services import ensure_shipping_method
from core.db.invariants import declared_checks, run_checks
from events.models import Event
from orders.models import Order
from payments.models import Operation, Payment
from tests.shop import complete, new_checkout, new_order, stock_variants

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]
TEST = {"payment": {"provider": "test"}}


@pytest.fixture(autouse=True)
def skus() -> list[str]:
    ensure_shipping_method(code="standard", title="Standard", prices={"GBP": 0})
    return stock_variants(1, stock=1, price=0)


def assert_audit_is_clean() -> None:
    now = timezone.now() + timedelta(minutes=2)
    assert [found for found in run_checks(declared_checks(), now=now) if found.violations] == []


def test_a_free_checkout_whose_reservation_ran_out_is_over(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    someone_else = APIClient()
    someone_else.default_format = "json"
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        new_order(someone_else, ["SKU-0"])
        response = complete(client, checkout, **TEST)

    assert (response.status_code, response.json()["code"]) == (409, "checkout_expired")
    assert Order.objects.count() == 1
    assert not Payment.objects.filter(checkout_id=checkout["id"]).exists()
    assert not Event.objects.filter(type="payment.returned").exists()


@pytest.mark.parametrize(
    "payment",
    [{"provider": "manual"}, {"provider": "test"}, {"provider": "test", "token": "tok_decline"}],
)
def test_a_free_order_has_no_payment_is_paid_and_can_be_canceled(
    client: APIClient, client_of: ClientOf, payment: dict[str, str]
) -> None:
    checkout = new_checkout(client, ["SKU-0"])

    done = complete(client, checkout, payment=payment)
    again = complete(client, checkout, payment=payment)

    assert (done.status_code, again.status_code) == (201, 200)
    assert done.json()["order"] == again.json()["order"]
    assert not Payment.objects.exists()
    number = done.json()["order"]["number"]
    order = client.get(f"/api/v1/orders/{number}").json()
    assert (order["payment_status"], order["payments"]) == ("paid", [])
    staff = client_of(Role.SUPPORT)
    paid = staff.get("/api/v1/orders?payment_status=paid").json()["results"]
    assert [each["number"] for each in paid] == [number]
    assert staff.get("/api/v1/orders?payment_status=pending").json()["results"] == []
    assert client.post(f"/api/v1/orders/{number}/cancel").json()["status"] == "canceled"
    assert not Operation.objects.exists()
    assert_audit_is_clean()


def test_of_a_free_order_nothing_can_be_captured_or_refunded(
    client: APIClient, client_of: ClientOf
) -> None:
    order = complete(client, new_checkout(client, ["SKU-0"]), **TEST).json()["order"]
    staff, path = client_of(Role.SUPPORT), f"/api/v1/orders/{order['number']}"

    capture, refund = staff.post(f"{path}/payments", {}), staff.post(f"{path}/refunds", {})

    assert (capture.status_code, capture.json()["code"]) == (409, "nothing_to_capture")
    assert (refund.status_code, refund.json()["code"]) == (409, "refund_exceeds_paid")
    assert refund.json()["refundable"] == {"amount": 0, "currency": "GBP"}

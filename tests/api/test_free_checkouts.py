"""Checkouts that cost nothing: no provider is asked, and there is nothing to give back."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from checkout.models import Checkout
from checkout.services import completion, ensure_shipping_method, recover_payments
from core.db.invariants import declared_checks, run_checks
from events.models import Event
from inventory.services import adjust_stock
from orders.models import Order
from payments.domain import Outcome, OutcomeKind
from payments.models import Operation, Payment
from tests.shop import complete, new_checkout, new_order, stock_shelf

pytestmark = pytest.mark.django_db
TEST = {"payment": {"provider": "test"}}


@pytest.fixture(autouse=True)
def shelf() -> list[str]:
    ensure_shipping_method(code="standard", title="Standard", prices={"GBP": 0})
    return stock_shelf(1, stock=1, price=0)


def assert_books_are_clean() -> None:
    now = timezone.now() + timedelta(minutes=2)
    assert [found for found in run_checks(declared_checks(), now=now) if found.violations] == []


def somebody_else_buys_an_hour_later() -> None:
    """The units of a reservation that has run out by then."""
    client = APIClient()
    client.default_format = "json"
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        new_order(client, ["SKU-0"])


def test_a_free_checkout_that_sold_out_is_over(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    unknown = Outcome(OutcomeKind.UNKNOWN)
    monkeypatch.setattr(completion, "authorize", lambda payment: unknown)
    assert complete(client, checkout, **TEST).status_code == 202
    somebody_else_buys_an_hour_later()

    for hours in (2, 3, 4):
        with time_machine.travel(timezone.now() + timedelta(hours=hours)):
            recover_payments(now=timezone.now())
            adjust_stock(sku="SKU-0", delta=1, reason="Found", actor_id=None, now=timezone.now())

    payment = Payment.objects.get(checkout_id=checkout["id"])
    assert (payment.status, payment.next_attempt_at) == ("voided", None)
    assert Checkout.objects.get(pk=checkout["id"]).status == "expired"
    assert Order.objects.count() == 1
    assert not Operation.objects.exists()
    assert not Event.objects.filter(type="payment.returned").exists()
    assert_books_are_clean()


def test_who_pays_nothing_is_not_told_of_money_that_comes_back(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = new_checkout(client, ["SKU-0"])

    def slow(payment: object) -> Outcome:
        monkeypatch.undo()
        somebody_else_buys_an_hour_later()
        return Outcome(OutcomeKind.CAPTURED, amount=0)

    monkeypatch.setattr(completion, "authorize", slow)

    answer = complete(client, checkout, **TEST)

    assert (answer.status_code, answer.json()["code"]) == (409, "insufficient_stock")
    assert "refunded" not in answer.json()
    assert "money" not in answer.json()["detail"]


@pytest.mark.parametrize("provider", ["manual", "test"])
def test_a_free_order_is_paid_at_once_and_can_be_canceled(client: APIClient, provider: str) -> None:
    checkout = new_checkout(client, ["SKU-0"])

    done = complete(client, checkout, payment={"provider": provider})

    assert done.status_code == 201
    assert (Order.objects.get().payment_status, Payment.objects.get().status) == ("paid", "paid")
    number = done.json()["order"]["number"]
    assert client.post(f"/api/v1/orders/{number}/cancel").json()["status"] == "canceled"
    assert not Operation.objects.filter(status="pending").exists()
    assert_books_are_clean()

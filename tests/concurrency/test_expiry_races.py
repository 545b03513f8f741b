"""Reservations run out while their buyers pay, others buy and staff count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from checkout import tasks
from checkout.models import Checkout
from checkout.services import expire_checkouts
from orders.models import Order
from tests.concurrency.racing import at_once, code_of, shopper
from tests.shop import MANUAL, new_cart, new_checkout, offer_shipping, stock_of, stock_variants

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_deadlocks")]

PAID = {"payment": {"provider": "test", "token": "tok_success"}}


@pytest.fixture(autouse=True)
def skus(no_deadlocks: None) -> list[str]:
    offer_shipping()
    return stock_variants(2, stock=100)


@pytest.mark.parametrize("body", [MANUAL, PAID], ids=["manual", "paid"])
def test_expiry_and_completion_at_once_are_one_or_the_other(body: dict[str, Any]) -> None:
    """The job lives an hour later than the buyers: both are right by their own clock."""
    for _ in range(6):
        buyers = [(client := shopper(), new_checkout(client, ["SKU-0", "SKU-1"])) for _ in range(8)]
        before = stock_of("SKU-0")[0]

        told = at_once(
            *[partial(complete, client, checkout, body) for client, checkout in buyers],
            *[partial(expired, after(hours=1))] * 4,
        )

        placed = sum(response == "201" for response in told)
        assert set(told) <= {"201", "checkout_expired", "expired"}, told
        assert Order.objects.filter(checkout_id__in=[c["id"] for _, c in buyers]).count() == placed
        expired(after(hours=1))
        assert stock_of("SKU-0") == stock_of("SKU-1") == (before - placed, 0)


def after(**units: int) -> datetime:
    return timezone.now() + timedelta(**units)


def complete(client: APIClient, checkout: dict[str, Any], body: dict[str, Any]) -> str:
    return code_of(client.post(f"/api/v1/checkouts/{checkout['id']}/complete", body))


def expired(now: datetime) -> str:
    expire_checkouts(now=now)
    return "expired"


def begin(client: APIClient, cart: dict[str, Any]) -> str:
    return code_of(client.post("/api/v1/checkouts", {"cart_id": cart["id"]}))


def test_lapsed_reservations_are_released_once_by_the_job_and_by_who_needs_them() -> None:
    (sku,) = stock_variants(stock=8, prefix="LAST")
    for _ in range(3):
        for _ in range(8):
            new_checkout(shopper(), [sku])
        assert stock_of(sku) == (8, 8)
        with time_machine.travel(after(hours=1)):
            carts = [(client := shopper(), new_cart(client, [sku])) for _ in range(8)]
            told = at_once(
                *[partial(begin, client, cart) for client, cart in carts],
                *[partial(expired, timezone.now())] * 4,
            )
            assert told == ["201"] * 8 + ["expired"] * 4
            assert stock_of(sku) == (8, 8)
        expired(after(hours=2))
        assert stock_of(sku) == (8, 0)


@pytest.mark.slow
def test_expiring_many_checkouts_never_waits_in_a_circle_with_their_buyers(
    client_of: Callable[..., APIClient],
) -> None:
    """The checkouts hold the same goods, begun in both orders; staff count the stock meanwhile."""
    skus = stock_variants(6, stock=200, prefix="MANY")
    clerk = client_of(Role.FULFILLMENT)._credentials
    for _ in range(4):
        for number in range(24):
            new_checkout(shopper(), [skus[number % 6]])
        buyers = [
            (client := shopper(), new_checkout(client, skus[:: 1 if number % 2 else -1]))
            for number in range(12)
        ]

        told = at_once(
            *[partial(complete, client, checkout, MANUAL) for client, checkout in buyers],
            *[partial(expired, after(hours=1))] * 4,
            *[partial(count, clerk, sku) for sku in skus],
        )

        assert set(told) <= {"201", "checkout_expired", "expired"}, told


@pytest.mark.slow
def test_a_checkout_that_someone_is_at_keeps_no_payment_waiting() -> None:
    client, other = shopper(), shopper()
    busy, lost = new_checkout(client, ["SKU-0"]), new_checkout(other, ["SKU-0"])
    complete(client, busy, paying("tok_requires_action"))
    complete(other, lost, paying("tok_timeout"))

    with transaction.atomic():
        Checkout.objects.select_for_update().get(pk=busy["id"])
        at_once(partial(recovering, after(hours=1)))

    assert Order.objects.get().checkout_id == UUID(lost["id"])
    assert Checkout.objects.get(pk=busy["id"]).status == "requires_action"
    recovering(after(hours=2))
    assert Checkout.objects.get(pk=busy["id"]).status == "expired"


def paying(token: str) -> dict[str, Any]:
    return {"payment": {"provider": "test", "token": token}}


def recovering(now: datetime) -> None:
    with time_machine.travel(now):
        tasks.recover_payments.func(timestamp=0)


def count(credentials: dict[str, Any], sku: str) -> str:
    clerk = shopper()
    clerk.credentials(**credentials)
    url = f"/api/v1/variants/{sku}/stock-adjustments"
    return code_of(clerk.post(url, {"delta": 1, "reason": "counted"}))

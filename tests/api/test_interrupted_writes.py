"""A server dies between the steps of a request; the client's retry goes on from there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from core.http.models import IdempotencyKey
from events.models import Event
from orders.models import Order
from payments.models import LedgerEntry, Operation
from tests.shop import MANUAL, new_checkout, offer_shipping, stock_of, stock_variants

pytestmark = pytest.mark.django_db

PAID = {"payment": {"provider": "test", "token": "tok_success"}}


@pytest.fixture
def support(client_of: Callable[..., APIClient]) -> APIClient:
    offer_shipping()
    stock_variants(stock=10)
    return client_of(Role.SUPPORT)


def order_of(client: APIClient, payment: dict[str, Any]) -> str:
    checkout = new_checkout(client, ["SKU-0"], 2)
    done = client.post(f"/api/v1/checkouts/{checkout['id']}/complete", payment)
    return f"/api/v1/orders/{done.json()['order']['number']}"


def post_interrupted(client: APIClient, url: str, body: dict[str, Any]) -> Any:
    """The answer to a retry after the first request was cut off before its last step."""
    headers = {"Idempotency-Key": "once"}
    assert client.post(url, body, headers=headers).status_code < 300
    IdempotencyKey.objects.update(status=None, sealed=None, leased_until=timezone.now())
    return client.post(url, body, headers=headers)


def test_a_cancellation_is_confirmed(client: APIClient, support: APIClient) -> None:
    response = post_interrupted(client, f"{order_of(client, PAID)}/cancel", {})

    assert (response.status_code, response.json()["status"]) == (200, "canceled")
    assert Event.objects.filter(type="order.canceled").count() == 1
    assert stock_of("SKU-0") == (10, 0)


def test_a_refund_is_made_once(client: APIClient, support: APIClient) -> None:
    body = {"amount": {"amount": 300, "currency": "GBP"}}

    response = post_interrupted(support, f"{order_of(client, PAID)}/refunds", body)

    assert response.status_code == 201
    assert response.json()["payments"][0]["refunded"]["amount"] == 300
    assert Operation.objects.count() == 1


def test_money_that_came_in_is_recorded_once(client: APIClient, support: APIClient) -> None:
    body = {"amount": {"amount": 300, "currency": "GBP"}}

    response = post_interrupted(support, f"{order_of(client, MANUAL)}/payments", body)

    assert response.status_code == 201
    assert LedgerEntry.objects.get(kind="captured").amount == 300


def test_a_completion_finds_its_order(client: APIClient, support: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])

    response = post_interrupted(client, f"/api/v1/checkouts/{checkout['id']}/complete", PAID)

    assert response.status_code == 200
    assert response.json()["order"]["number"] == Order.objects.get().number

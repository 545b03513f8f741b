"""A guest who has lost the token finds the order again by its number and e-mail address."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from core.http.order_tokens import sign_order_token
from core.ids import uuid7
from orders.models import Order
from tests.shop import ADDRESS, items, new_checkout, offer_shipping, paid_order, stock_variants

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]
RunJobs = Callable[[], int]
LOOKUP = "/api/v1/orders/lookup"


@pytest.fixture(autouse=True)
def skus() -> list[str]:
    offer_shipping()
    return stock_variants(2)


@pytest.fixture
def number(client: APIClient) -> str:
    return paid_order(client)


@pytest.fixture
def by_link(number: str) -> APIClient:
    """Someone who has only the link."""
    return holder_of(sign_order_token(Order.objects.get(number=number).pk))


def holder_of(token: str) -> APIClient:
    client = APIClient()
    client.default_format = "json"  # type: ignore[misc]
    client.credentials(HTTP_ORDER_TOKEN=token)
    return client


def look_up(number: str, email: str = "ada@example.com") -> Any:
    return APIClient().post(LOOKUP, {"number": number, "email": email}, format="json")


def test_a_link_is_mailed_and_its_token_opens_the_order(number: str, run_jobs: RunJobs) -> None:
    run_jobs()
    mail.outbox.clear()
    plain = number.replace("-", " ").lower()

    told = look_up(f"#{plain}", "Ada@Example.com")
    run_jobs()

    assert (told.status_code, told.content) == (202, b"")
    (message,) = mail.outbox
    assert message.to == ["ada@example.com"]
    (token,) = re.findall(r"/orders/\S+\?token=(\S+)", message.body)
    assert token in message.alternatives[0].content
    assert "1 week" in message.body
    assert holder_of(token).get(f"/api/v1/orders/{number}").json()["number"] == number


@pytest.mark.parametrize(
    ("number", "email"),
    [("7KQ2M-4XWPA", "ada@example.com"), (None, "eve@example.com"), ("lookup", "a@example.com")],
)
def test_what_does_not_belong_together_is_answered_alike_and_mails_nobody(
    client: APIClient, run_jobs: RunJobs, number: str | None, email: str
) -> None:
    placed = paid_order(client)
    run_jobs()
    mail.outbox.clear()
    with CaptureQueriesContext(connection) as right:
        expected = look_up(placed)
    run_jobs()
    mail.outbox.clear()

    with CaptureQueriesContext(connection) as wrong:
        told = look_up(number or placed, email)
    run_jobs()

    assert (told.status_code, told.content) == (expected.status_code, expected.content)
    assert len(wrong) == len(right)
    assert mail.outbox == []


def test_mails_to_an_address_are_few(number: str, run_jobs: RunJobs, settings: Any) -> None:
    run_jobs()
    mail.outbox.clear()
    settings.RATE_LIMITS, settings.REDIS_URL = True, ""  # which would remember other tests
    settings.RATES = {**settings.RATES, "mail": "2/3600", "auth": "100/60"}

    assert [look_up(number).status_code for _ in range(4)] == [202] * 4
    run_jobs()

    assert len(mail.outbox) == 2


def test_lookups_from_an_address_are_limited(number: str, settings: Any) -> None:
    settings.RATE_LIMITS, settings.REDIS_URL = True, ""
    settings.RATES = {**settings.RATES, "auth": "2/60"}

    assert [look_up(number).status_code for _ in range(3)] == [202, 202, 429]


def test_a_link_does_what_its_buyer_can_do(
    by_link: APIClient, number: str, client_of: ClientOf
) -> None:
    path = f"/api/v1/orders/{number}"
    packer = client_of(Role.FULFILLMENT)
    assert by_link.get(f"{path}/events").status_code == 200
    assert by_link.post(f"{path}/withdrawal", {}).status_code == 200
    packer.post(f"{path}/fulfillments", {"items": items(["SKU-0"])})
    assert by_link.post(f"{path}/returns", {"items": items(["SKU-0"])}).status_code == 201
    assert by_link.post(f"{path}/cancel", {}).status_code == 409  # sent, in part


def test_a_link_cancels_what_was_not_sent(by_link: APIClient, number: str) -> None:
    canceled = by_link.post(f"/api/v1/orders/{number}/cancel", {})
    assert canceled.json()["status"] == "canceled"
    assert canceled["Cache-Control"] == "no-store"


def test_a_link_opens_one_order_and_nothing_else(by_link: APIClient, client: APIClient) -> None:
    other = APIClient()
    other.default_format = "json"  # type: ignore[misc]
    second = paid_order(other)
    checkout = Order.objects.earliest("id").checkout

    assert by_link.get(f"/api/v1/orders/{second}").status_code == 404
    assert by_link.post(f"/api/v1/orders/{second}/cancel", {}).status_code == 404
    assert by_link.get("/api/v1/orders").status_code == 401
    assert by_link.get(f"/api/v1/checkouts/{checkout.pk}").status_code == 404
    assert by_link.get(f"/api/v1/carts/{checkout.cart_id}").status_code == 404


def test_a_link_gives_no_role(by_link: APIClient, number: str) -> None:
    for action in ("refunds", "fulfillments", "payments", "notes", "hold"):
        assert by_link.post(f"/api/v1/orders/{number}/{action}", {}).status_code == 401


def test_a_link_expires(by_link: APIClient, number: str) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1), tick=False):
        assert by_link.get(f"/api/v1/orders/{number}").status_code == 404


@pytest.mark.parametrize("change", [str.upper, lambda token: token[:-1], lambda token: token * 9])
def test_a_forged_token_is_none(number: str, change: Callable[[str], str]) -> None:
    order = Order.objects.get(number=number)
    token = change(sign_order_token(order.pk))
    assert holder_of(token).get(f"/api/v1/orders/{number}").status_code == 404
    assert holder_of(sign_order_token(uuid7())).get(f"/api/v1/orders/{number}").status_code == 404


def test_keys_of_holders_of_different_links_are_apart(by_link: APIClient, number: str) -> None:
    other = APIClient()
    other.default_format = "json"  # type: ignore[misc]
    second = paid_order(other)
    other_link = holder_of(sign_order_token(Order.objects.get(number=second).pk))
    key = {"Idempotency-Key": "1"}

    one = by_link.post(f"/api/v1/orders/{number}/cancel", {}, headers=key)
    stranger = other_link.post(f"/api/v1/orders/{number}/cancel", {}, headers=key)

    assert (one.status_code, stranger.status_code) == (200, 404)


def test_an_order_of_an_account_is_found_too(client_of: ClientOf, run_jobs: RunJobs) -> None:
    owner = client_of()
    checkout = new_checkout(owner, ["SKU-0"], email="grace@example.com", shipping_address=ADDRESS)
    done = owner.post(
        f"/api/v1/checkouts/{checkout['id']}/complete", {"payment": {"provider": "manual"}}
    )
    run_jobs()
    mail.outbox.clear()

    look_up(done.json()["order"]["number"], "grace@example.com")
    run_jobs()

    assert [message.to for message in mail.outbox] == [["grace@example.com"]]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"email": "ada@example.com"}, "/number"),
        ({"number": "7KQ2M-4XWPA"}, "/email"),
        ({"number": "7KQ2M-4XWPA", "email": "ada"}, "/email"),
        ({"number": "x" * 10_000, "email": "ada@example.com"}, "/number"),
    ],
)
def test_what_is_no_lookup_is_refused(body: dict[str, Any], pointer: str) -> None:
    response = APIClient().post(LOOKUP, body, format="json")

    assert response.status_code == 400
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


def test_a_lookup_and_a_read_by_link_cost_few_statements(
    by_link: APIClient, number: str, assert_statements: Any
) -> None:
    with assert_statements(2):
        assert look_up(number).status_code == 202
    with assert_statements(6):
        assert by_link.get(f"/api/v1/orders/{number}").status_code == 200

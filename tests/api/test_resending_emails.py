"""Staff have an e-mail sent to a buyer again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from rest_framework.test import APIClient

from accounts.domain import Role
from orders.models import Order
from tests.shop import new_order, offer_shipping, stock_variants

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(client: APIClient, run_jobs: Callable[[], int]) -> str:
    """Of the e-mails about an order whose buyer has been told that it is placed."""
    stock_variants()
    offer_shipping()
    number = new_order(client, ["SKU-0"], language="de")["number"]
    run_jobs()
    mail.outbox.clear()
    return f"/api/v1/orders/{number}/emails"


def test_an_email_is_sent_again_as_the_order_is_now_and_the_timeline_tells(
    path: str, client_of: Callable[..., APIClient], client: APIClient, run_jobs: Callable[[], int]
) -> None:
    support = client_of(Role.SUPPORT)
    Order.objects.update(email="new@example.com")
    assert support.post(path, {"type": "placed"}).status_code == 202
    run_jobs()
    (message,) = mail.outbox
    assert (message.to, message.subject[:16]) == (["new@example.com"], "Ihre Bestellung ")
    events = path.replace("/emails", "/events")
    told = [each["message"] for each in support.get(events).json()["results"]]
    assert told[-1] == "E-mail “placed” sent again"
    assert len(client.get(events).json()["results"]) == len(told) - 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"type": "shipped"}, 409, "email_not_due"),
        ({"type": "order_placed"}, 400, "invalid_request"),
        ({"type": None}, 400, "invalid_request"),
        ({"type": ["placed"]}, 400, "invalid_request"),
        ({}, 400, "invalid_request"),
        ({"type": "placed", "to": "eve@example.com"}, 400, "invalid_request"),
    ],
)
def test_what_has_not_happened_or_is_no_email_is_refused(
    path: str, client_of: Callable[..., APIClient], body: dict[str, Any], status: int, code: str
) -> None:
    response = client_of(Role.SUPPORT).post(path, body)
    assert (response.status_code, response.json()["code"]) == (status, code)


@pytest.mark.parametrize("email", ["", "order@erased.invalid"])
def test_without_an_address_nothing_is_sent(
    path: str, client_of: Callable[..., APIClient], email: str
) -> None:
    Order.objects.update(email=email)
    response = client_of(Role.SUPPORT).post(path, {"type": "placed"})
    assert (response.status_code, response.json()["code"]) == (409, "no_email_address")


def test_only_support_may(
    path: str, client: APIClient, client_of: Callable[..., APIClient]
) -> None:
    body = {"type": "placed"}
    assert client.post(path, body).status_code == 401
    assert client_of().post(path, body).status_code == 403
    assert client_of(Role.FULFILLMENT).post(path, body).status_code == 403
    unknown = client_of(Role.SUPPORT).post("/api/v1/orders/AAAAA-BBBBB/emails", body)
    assert unknown.status_code == 404


def test_how_often_is_limited_for_each_order_however_its_number_is_written(
    path: str, client_of: Callable[..., APIClient], settings: Any
) -> None:
    settings.RATE_LIMITS = True
    settings.RATES = {**settings.RATES, "mail": "2/3600"}
    number = Order.objects.get().number
    written = [path, path.replace(number, number.lower()), path.replace("-", "")]
    answers = [client_of(Role.SUPPORT).post(each, {"type": "placed"}) for each in written]
    assert [each.status_code for each in answers] == [202, 202, 429]
    assert int(answers[-1]["Retry-After"]) > 0


def test_the_number_of_statements(
    path: str, client_of: Callable[..., APIClient], assert_statements: Callable[[int], Any]
) -> None:
    support = client_of(Role.SUPPORT)
    with assert_statements(19):
        support.post(path, {"type": "placed"})

"""What a newcomer's browser finds in development: docs, mailed links, a payment to decide about."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from orders.models import Order
from payments.models import Payment
from tests.shop import new_checkout, offer_shipping, pay, stock_of, stock_variants

pytestmark = pytest.mark.django_db

HERE = {"HTTP_HOST": "127.0.0.1:8000"}
ADA = {"email": "ada@example.com", "password": "correct horse battery"}
ELSEWHERE = [
    {"REMOTE_ADDR": "192.0.2.1", **HERE},
    {"HTTP_HOST": "evil.example"},
]


@pytest.fixture
def browser() -> Client:
    """A browser on this machine, which sends a form only with its token."""
    return Client(enforce_csrf_checks=True, **HERE)


def send(browser: Client, path: str, **fields: str) -> Any:
    """Open a page and send its form."""
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', browser.get(path).content.decode())
    assert token, path
    return browser.post(path, {"csrfmiddlewaretoken": token[1], **fields})


def page(response: Any) -> str:
    assert response.status_code == 200, response.content
    return str(response.content.decode())


# ---- the way in -------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "to"), [("/", "/api/docs"), ("/admin", "/admin/")])
def test_what_newcomers_type_leads_on(browser: Client, path: str, to: str) -> None:
    response = browser.get(path)
    assert (response.status_code, response["Location"]) == (302, to)
    assert browser.get(to, follow=True).status_code == 200
    assert browser.post(path).status_code in (403, 405)


# ---- mailed links -----------------------------------------------------------------------------


@pytest.fixture
def mailed(client: APIClient, run_jobs: Callable[[], int], settings: Any) -> Callable[..., str]:
    """Asks the API for a mail and returns where its link leads on this machine."""
    settings.STOREFRONT_URL = "http://127.0.0.1:8123"

    def ask(path: str, body: dict[str, str]) -> str:
        mail.outbox.clear()
        assert client.post(f"/api/v1/auth/{path}", body).status_code in (201, 202)
        run_jobs()
        text = str(mail.outbox[0].body)
        link = re.search(r"http://127\.0\.0\.1:8123(/\S+\?token=\S+)", text)
        assert link, text
        return link[1]

    return ask


def test_a_link_verifies_an_address_once_its_button_is_pressed(
    browser: Client, mailed: Callable[..., str]
) -> None:
    path = mailed("register", ADA)
    assert path.startswith("/verify-email?token=")

    page(browser.get(path))
    assert User.objects.get().email_verified_at is None

    assert "Your e-mail address is confirmed." in page(send(browser, path))
    assert User.objects.get().email_verified_at is not None


def test_a_link_sets_a_password_that_is_strong_enough(
    browser: Client, client: APIClient, mailed: Callable[..., str]
) -> None:
    mailed("register", ADA)
    path = mailed("password/forgot", {"email": ADA["email"]})
    assert path.startswith("/reset-password?token=")

    assert 'role="alert"' in page(send(browser, path, password="short"))
    assert 'role="alert"' in page(send(browser, path))
    assert "Your password is set" in page(send(browser, path, password="a new horse battery"))

    new = {**ADA, "password": "a new horse battery"}
    assert client.post("/api/v1/auth/token", ADA).status_code == 401
    assert client.post("/api/v1/auth/token", new).status_code == 200
    assert 'role="alert"' in page(send(browser, path, password="another horse battery"))


@pytest.mark.parametrize("name", ["verify-email", "reset-password", "confirm-email-change"])
@pytest.mark.parametrize("query", ["", "?token=", "?token=x.y.z", "?token=%C3%9C", "?token=<b>"])
def test_a_link_that_proves_nothing_is_refused_on_its_page(
    browser: Client, name: str, query: str
) -> None:
    refused = page(send(browser, f"/{name}{query}", password="a new horse battery"))
    assert 'role="alert"' in refused
    assert "<b>" not in refused


# ---- a payment that requires an action --------------------------------------------------------


@pytest.fixture
def checkout(client: APIClient) -> dict[str, Any]:
    offer_shipping()
    return new_checkout(client, stock_variants())


def asked(client: APIClient, checkout: dict[str, Any], settings: Any) -> str:
    """The page that a completion leads to, on the port in use."""
    settings.PORT = 8123
    response = pay(client, checkout, "tok_requires_action")
    assert response.status_code == 202
    url = urlsplit(response.json()["payment"]["action"]["url"])
    assert (url.scheme, url.netloc) == ("http", "127.0.0.1:8123")
    return url.path


def test_paying_on_the_page_places_the_order_that_completing_then_returns(
    client: APIClient, browser: Client, checkout: dict[str, Any], settings: Any
) -> None:
    path = asked(client, checkout, settings)
    assert "Decline" in page(browser.get(path))
    assert Payment.objects.get().status == "pending"

    assert send(browser, path, decision="pay")["Location"] == path

    paid = page(browser.get(path))
    assert "The payment is paid." in paid
    assert "answers with the order" in paid
    order = Order.objects.get()
    again = pay(client, checkout, "tok_requires_action")
    assert (again.status_code, again.json()["order"]["number"]) == (200, order.number)
    assert order.payment_status == "paid"
    assert stock_of("SKU-0") == (99, 0)


def test_declining_on_the_page_leaves_the_checkout_to_be_paid_otherwise(
    client: APIClient, browser: Client, checkout: dict[str, Any], settings: Any
) -> None:
    path = asked(client, checkout, settings)

    send(browser, path, decision="decline")

    failed = page(browser.get(path))
    assert "The payment is failed." in failed
    assert "takes another payment" in failed
    assert not Order.objects.exists()
    assert Payment.objects.get().decline_code == "card_declined"
    assert pay(client, checkout, "tok_success").status_code == 201


def test_money_that_staff_capture_is_authorized_on_the_page(
    client: APIClient, browser: Client, checkout: dict[str, Any], settings: Any
) -> None:
    settings.PAYMENT_CAPTURE = "manual"
    send(browser, asked(client, checkout, settings), decision="pay")
    assert Payment.objects.get().status == "authorized"


def test_what_was_decided_stays_so(
    client: APIClient, browser: Client, checkout: dict[str, Any], settings: Any
) -> None:
    path = asked(client, checkout, settings)
    token = {"csrfmiddlewaretoken": browser.get(path).context["csrf_token"]}

    for decision in ("pay", "pay", "decline"):
        browser.post(path, {**token, "decision": decision})

    assert Payment.objects.get().status == "paid"
    assert Order.objects.count() == 1


@pytest.mark.parametrize("decision", ["", "PAY", "both", "\0"])
def test_any_other_decision_is_none(
    client: APIClient, browser: Client, checkout: dict[str, Any], settings: Any, decision: str
) -> None:
    path = asked(client, checkout, settings)
    send(browser, path, decision=decision)
    assert Payment.objects.get().status == "pending"


def test_a_payment_that_its_buyer_has_left_cannot_be_paid_any_more(
    client: APIClient, browser: Client, checkout: dict[str, Any], settings: Any
) -> None:
    path = asked(client, checkout, settings)
    token = {"csrfmiddlewaretoken": browser.get(path).context["csrf_token"]}
    assert client.post(f"/api/v1/checkouts/{checkout['id']}/cancel", {}).status_code == 200

    browser.post(path, {**token, "decision": "pay"})

    assert Payment.objects.get().status == "voided"
    assert not Order.objects.exists()


def test_a_form_of_another_site_decides_nothing(
    client: APIClient, browser: Client, checkout: dict[str, Any], settings: Any
) -> None:
    path = asked(client, checkout, settings)
    browser.get(path)

    for fields in ({}, {"csrfmiddlewaretoken": "a" * 64}):
        response = browser.post(path, {"decision": "pay", **fields})
        assert response.status_code == 403

    assert Payment.objects.get().status == "pending"


def test_only_payments_that_wait_for_their_buyer_have_a_page(
    client: APIClient, browser: Client, checkout: dict[str, Any]
) -> None:
    pay(client, checkout, "tok_success")
    for payment_id in (Payment.objects.get().id, uuid4()):
        assert browser.get(f"/dev/payments/{payment_id}").status_code == 404


@pytest.mark.parametrize("extra", ELSEWHERE)
def test_others_find_no_page(
    client: APIClient, browser: Client, checkout: dict[str, Any], settings: Any, extra: Any
) -> None:
    path = asked(client, checkout, settings)
    for each in (path, "/verify-email", "/reset-password", "/confirm-email-change"):
        assert browser.get(each, **extra).status_code == 404
        assert browser.get(each)["Cache-Control"] == "no-store"
        assert "form-action 'self'" in browser.get(each)["Content-Security-Policy"]

"""What a guest has bought joins the account that proves to be the guest's."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from checkout.models import Checkout
from orders.models import Order
from tests.shop import complete, new_checkout, new_order, offer_shipping, stock_variants

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
EMAIL = "later@example.com"


@pytest.fixture(autouse=True)
def shop():
    offer_shipping()
    stock_variants(2)


@pytest.fixture
def number(client):
    """The order of a guest who has typed the address in another way."""
    return new_order(client, ["SKU-0"], email="Later@Example.com")["number"]


def another_guest():
    guest = APIClient()
    guest.default_format = "json"
    return guest


def account_mails():
    """Those with a link that proves an address; a link to an order proves that order alone."""
    return [each for each in mail.outbox if "token=" in each.body and "/orders/" not in each.body]


def token_to(address):
    (message,) = [each for each in account_mails() if each.to == [address]]
    mail.outbox.clear()
    return {"token": re.search(r"\?token=(\S+)", message.body)[1]}


def numbers(client):
    return [order["number"] for order in client.get("/api/v1/orders").json()["results"]]


def verify(client, me, run_jobs, email=EMAIL):
    me.post("/api/v1/me/email/verification")
    run_jobs()
    assert client.post("/api/v1/auth/email/verify", token_to(email)).status_code == 204


def test_a_guests_orders_join_the_account_once_its_address_is_verified(
    client, client_of, number, run_jobs
):
    me = client_of(email=EMAIL)
    after_registration = new_order(another_guest(), ["SKU-1"], email=EMAIL)["number"]
    assert numbers(me) == []
    assert me.get(f"/api/v1/orders/{number}").status_code == 404
    verify(client, me, run_jobs)
    assert numbers(me) == [after_registration, number]
    assert client.get(f"/api/v1/orders/{number}").status_code == 200, "the token proves it too"


def test_they_join_by_a_reset_and_only_those_of_this_address(client, client_of, number, run_jobs):
    me, other = client_of(email=EMAIL), client_of(email="other@example.com")
    new_order(another_guest(), ["SKU-1"], email="third@example.com")
    client.post("/api/v1/auth/password/forgot", {"email": EMAIL})
    run_jobs()
    body = {**token_to(EMAIL), "password": "staple hinge lantern"}
    assert client.post("/api/v1/auth/password/reset", body).status_code == 204
    assert numbers(me) == [number]
    verify(client, other, run_jobs, "other@example.com")
    assert numbers(other) == []


def test_those_of_a_new_address_join_once_the_change_is_confirmed(
    client, client_of, number, run_jobs
):
    me = client_of(email="former@example.com")
    me.post("/api/v1/me/email", {"new_email": EMAIL, "password": PASSWORD})
    run_jobs()
    by_address = {each.to[0]: each for each in account_mails()}
    for address in ("former@example.com", EMAIL):
        assert numbers(me) == []
        token = re.search(r"\?token=(\S+)", by_address[address].body)[1]
        assert client.post("/api/v1/auth/email/change", {"token": token}).status_code == 200
    assert numbers(me) == [number]


def test_a_guests_order_under_an_address_that_is_already_verified_stays_apart(client, client_of):
    me = client_of(email=EMAIL)
    User.objects.update(email_verified_at=timezone.now())
    new_order(client, ["SKU-0"], email=EMAIL)
    assert numbers(me) == []


def test_claiming_an_ordered_cart_brings_its_order_along_once_the_address_is_verified(
    client, client_of
):
    me = client_of(email="me@example.com")
    checkout = new_checkout(client, ["SKU-0"], email=EMAIL)
    order = complete(client, checkout).json()["order"]["number"]
    claim = f"/api/v1/carts/{checkout['cart_id']}/claim"
    proof = {"Cart-Token": client._credentials["HTTP_CART_TOKEN"]}
    refused = me.post(claim, headers=proof)
    assert (refused.status_code, refused.json()["code"]) == (409, "cart_not_open")
    assert numbers(me) == []
    User.objects.update(email_verified_at=timezone.now())
    for _ in range(2):
        claimed = me.post(claim, headers=proof)
        assert claimed.status_code == 200
        assert (claimed.json()["id"], claimed.json()["status"]) == (checkout["cart_id"], "ordered")
    assert numbers(me) == [order]
    assert me.get(f"/api/v1/checkouts/{checkout['id']}").status_code == 200
    assert client_of().post(claim, headers=proof).status_code == 404


def test_what_has_joined_is_erased_with_the_account_whatever_its_address_is_by_then(
    client, client_of, number, run_jobs
):
    me = client_of(email=EMAIL)
    verify(client, me, run_jobs)
    User.objects.update(email="another@example.com")
    assert me.delete("/api/v1/me", {"password": PASSWORD}).status_code == 204
    assert Checkout.objects.get().email == ""
    assert "Lovelace" not in str(Order.objects.get().shipping_address)


def test_joining_takes_the_same_statements_however_many_orders_there_are(
    client, client_of, run_jobs, assert_statements
):
    counts = []
    for count in (0, 3):
        email = f"buyer-{count}@example.com"
        for _ in range(count):
            new_order(another_guest(), ["SKU-0"], email=email)
        me = client_of(email=email)
        me.post("/api/v1/me/email/verification")
        run_jobs()
        token = token_to(email)
        with assert_statements(7):
            client.post("/api/v1/auth/email/verify", token)
        counts.append(len(numbers(me)))
    assert counts == [0, 3]

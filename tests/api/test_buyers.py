"""Who buys, what they agree to, and what the shop needs to know before it sells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.services import anonymize_abandoned_data
from checkout.models import Checkout
from orders.models import Order
from tests.shop import (
    ADDRESS,
    DETAILS,
    complete,
    items,
    new_cart,
    new_checkout,
    new_order,
    offer_shipping,
    stock_variants,
)

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]
BUYER = {"first_name": "Augusta", "last_name": "King", "phone": "+44 20 7946 0958"}


@pytest.fixture(autouse=True)
def skus() -> list[str]:
    offer_shipping()
    return stock_variants(stock=50)


def begun(client: APIClient, **details: Any) -> dict[str, Any]:
    """A checkout with the details that are named and no others."""
    cart = new_cart(client, ["SKU-0"])
    response = client.post("/api/v1/checkouts", {"cart_id": cart["id"], **details})
    assert response.status_code == 201, response.content
    return dict(response.json())


def changed(client: APIClient, checkout: dict[str, Any], **changes: Any) -> Any:
    return client.patch(f"/api/v1/checkouts/{checkout['id']}", changes)


def lacks(checkout: dict[str, Any]) -> list[tuple[str, str]]:
    return [(message["code"], message["pointer"]) for message in checkout["messages"]]


def test_the_buyer_is_kept_on_the_checkout_and_on_its_order(client: APIClient) -> None:
    consent = {"marketing": True, "terms": True, "source": "checkout", "text": "2026-10"}
    before = timezone.now()

    order = new_order(client, ["SKU-0"], buyer={**BUYER, "consent": consent})

    kept = order["buyer"].pop("consent")
    assert order["buyer"] == BUYER
    assert before <= datetime.fromisoformat(kept.pop("given_at")) <= timezone.now()
    assert kept == consent
    assert Order.objects.get().buyer == Checkout.objects.get().buyer == BUYER


def test_what_is_left_out_of_a_change_stays(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"], buyer=BUYER)

    phone = changed(client, checkout, buyer={"phone": "020 1234"}).json()["buyer"]
    cleared = changed(client, checkout, buyer={"last_name": None}).json()["buyer"]
    nobody = changed(client, checkout, buyer=None).json()["buyer"]

    assert phone == {**BUYER, "phone": "020 1234", "consent": None}
    assert (cleared["first_name"], cleared["last_name"]) == ("Augusta", "")
    assert (nobody["first_name"], nobody["phone"]) == ("Ada", ""), "the address tells the name"


def test_each_change_of_consent_is_kept_and_the_order_has_them_all(client: APIClient) -> None:
    start = timezone.now()
    checkout = new_checkout(client, ["SKU-0"], buyer={"consent": {"marketing": True}})
    with time_machine.travel(start + timedelta(minutes=2)):
        changed(client, checkout, buyer={"consent": {"terms": True, "text": "2026-10"}})
        changed(client, checkout, buyer={"consent": {"terms": True}})
    with time_machine.travel(start + timedelta(minutes=4)):
        withdrawn = changed(client, checkout, buyer={"consent": {"marketing": False}}).json()
        number = complete(client, checkout).json()["order"]["number"]

    latest = client.get(f"/api/v1/orders/{number}").json()["buyer"]["consent"]
    assert latest == withdrawn["buyer"]["consent"]
    assert (latest["marketing"], latest["terms"], latest["text"]) == (False, True, "2026-10")
    history = Order.objects.get().consents
    assert [(entry.get("marketing"), entry.get("terms")) for entry in history] == [
        (True, None), (True, True), (False, True)
    ]  # fmt: skip


def test_an_account_and_an_address_tell_who_buys(client_of: ClientOf) -> None:
    buyer = client_of()
    assert begun(buyer, **DETAILS)["buyer"]["first_name"] == "Ada"
    buyer.patch("/api/v1/me", {"first_name": "Suharto"})

    by_account = begun(buyer, **DETAILS)["buyer"]
    said = begun(buyer, **DETAILS, buyer={"last_name": "King"})["buyer"]

    assert (by_account["first_name"], by_account["last_name"]) == ("Suharto", "")
    assert (said["first_name"], said["last_name"]) == ("", "King")


@pytest.mark.parametrize(
    ("buyer", "pointer", "code"),
    [
        ({"phone": "abc"}, "/buyer/phone", "no_digits"),
        ({"phone": 5}, "/buyer/phone", "invalid"),
        ({"phone": "1" * 41}, "/buyer/phone", "max_length"),
        ({"first_name": "x" * 101}, "/buyer/first_name", "max_length"),
        ({"first_name": "\u0000"}, "/buyer/first_name", "null_characters_not_allowed"),
        ({"email": "a@b.example"}, "/buyer/email", "unknown_field"),
        ({"consent": {}}, "/buyer/consent", "one_of"),
        ({"consent": None}, "/buyer/consent", "null"),
        ({"consent": {"marketing": "yes"}}, "/buyer/consent/marketing", "invalid"),
        ({"consent": {"terms": True, "given_at": "2020-01-01T00:00:00Z"}},
         "/buyer/consent/given_at", "unknown_field"),
        ({"consent": {"terms": True, "text": "x" * 501}}, "/buyer/consent/text", "max_length"),
        ([], "/buyer", "invalid"),
    ],
)  # fmt: skip
def test_a_buyer_who_makes_no_sense_is_refused_and_nothing_changes(
    client: APIClient, buyer: Any, pointer: str, code: str
) -> None:
    checkout = new_checkout(client, ["SKU-0"])

    refused = changed(client, checkout, buyer=buyer, shipping_method="express")

    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_request")
    assert [(each["pointer"], each["code"]) for each in refused.json()["errors"]] == [
        (pointer, code)
    ]
    assert client.get(f"/api/v1/checkouts/{checkout['id']}").json() == checkout


def test_a_phone_and_an_address_that_are_wrong_are_both_named(client: APIClient) -> None:
    address = {**ADDRESS, "postal_code": "nonsense"}
    cart = new_cart(client, ["SKU-0"])

    body = {"cart_id": cart["id"], "buyer": {"phone": "x"}, "shipping_address": address}
    errors = client.post("/api/v1/checkouts", body).json()["errors"]

    assert {error["pointer"] for error in errors} == {
        "/buyer/phone", "/shipping_address/postal_code"
    }  # fmt: skip


def test_a_shop_that_needs_a_phone_says_so_until_it_has_one(
    client: APIClient, settings: Any
) -> None:
    settings.CHECKOUT_REQUIRES = ["email", "name", "phone", "address"]
    checkout = new_checkout(client, ["SKU-0"])

    assert lacks(checkout) == [("phone_required", "/buyer/phone")]
    refused = complete(client, checkout)
    assert (refused.status_code, refused.json()["code"]) == (409, "checkout_incomplete")
    assert [message["code"] for message in refused.json()["messages"]] == ["phone_required"]
    address = {**ADDRESS, "phone": "020 7946 0958"}
    assert lacks(changed(client, checkout, shipping_address=address).json()) == []
    assert complete(client, checkout).status_code == 201
    assert Order.objects.get().buyer["phone"] == "020 7946 0958"


def test_a_takeaway_sells_for_a_name_and_a_phone_number(client: APIClient, settings: Any) -> None:
    settings.CHECKOUT_REQUIRES = ["name", "phone"]
    checkout = begun(client, shipping_method="standard")
    assert lacks(checkout) == [
        ("name_required", "/buyer/first_name"), ("phone_required", "/buyer/phone")
    ]  # fmt: skip

    ready = changed(client, checkout, buyer={"first_name": "Ada", "phone": "5550123"}).json()

    assert (ready["status"], ready["messages"]) == ("ready", [])
    number = complete(client, checkout).json()["order"]["number"]
    order = client.get(f"/api/v1/orders/{number}").json()
    assert (order["email"], order["shipping_address"]) == ("", None)
    assert order["buyer"]["first_name"] == "Ada"


@pytest.mark.parametrize("full", [True, False])
def test_where_no_full_address_is_needed_a_country_is_enough(
    client: APIClient, settings: Any, full: bool
) -> None:
    settings.CHECKOUT_REQUIRES = ["email", "address"] if full else ["email"]
    cart = new_cart(client, ["SKU-0"])
    details = {**DETAILS, "shipping_address": {"country_code": "GB"}}

    response = client.post("/api/v1/checkouts", {"cart_id": cart["id"], **details})

    if full:
        assert response.status_code == 400
        assert {error["pointer"] for error in response.json()["errors"]} == {
            "/shipping_address/line1", "/shipping_address/city"
        }  # fmt: skip
    else:
        assert response.json()["status"] == "ready"
        assert response.json()["shipping_address"]["country_code"] == "GB"
        wrong = changed(client, response.json(), shipping_address={"country_code": "XX"})
        assert wrong.status_code == 400


def test_a_shop_can_need_nothing(client: APIClient, settings: Any) -> None:
    settings.CHECKOUT_REQUIRES = []
    assert complete(client, begun(client, shipping_method="standard")).status_code == 201


def test_who_abandons_a_checkout_is_forgotten_with_what_they_agreed_to(client: APIClient) -> None:
    begun(client, buyer={**BUYER, "consent": {"marketing": True}})

    anonymize_abandoned_data(before=timezone.now() + timedelta(minutes=1))

    kept = Checkout.objects.get()
    assert (kept.buyer, kept.consents) == ({}, [])


def test_a_checkout_of_items_takes_a_buyer_too(client: APIClient) -> None:
    body = {"items": items(["SKU-0"]), "buyer": {"first_name": "Suharto"}}
    assert client.post("/api/v1/checkouts", body).json()["buyer"]["first_name"] == "Suharto"

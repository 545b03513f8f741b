from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from catalog.models import Price, Variant
from checkout.models import Checkout
from core.money import MAX_AMOUNT
from inventory.models import Reservation
from orders.models import Order
from tests.shop import (
    ADDRESS,
    DETAILS,
    complete,
    items,
    new_cart,
    new_checkout,
    offer_shipping,
    stock_of,
    stock_variants,
)

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def skus() -> list[str]:
    offer_shipping()
    return stock_variants(3)


def test_a_checkout_with_everything_is_ready(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0", "SKU-1"], 2)

    assert checkout["status"] == "ready"
    assert checkout["messages"] == []
    assert checkout["order"] is None
    assert {name: money["amount"] for name, money in checkout["totals"].items()} == {
        "subtotal": 4002,
        "discount": 0,
        "shipping": 395,
        "tax": 0,
        "total": 4397,
    }
    assert [method["code"] for method in checkout["shipping_methods"]] == ["standard", "express"]
    assert client.get(f"/api/v1/checkouts/{checkout['id']}").json() == checkout


def test_a_checkout_says_what_is_missing_until_it_is_ready(client: APIClient) -> None:
    cart = new_cart(client, ["SKU-0"])
    checkout = client.post("/api/v1/checkouts", {"cart_id": cart["id"]}).json()
    assert checkout["status"] == "incomplete"
    assert [message["pointer"] for message in checkout["messages"]] == [
        "/email",
        "/shipping_address",
        "/shipping_method",
    ]

    refused = complete(client, checkout)
    assert (refused.status_code, refused.json()["code"]) == (409, "checkout_incomplete")
    assert refused.json()["messages"] == checkout["messages"]

    for name, value in DETAILS.items():
        response = client.patch(f"/api/v1/checkouts/{checkout['id']}", {name: value})
        assert response.status_code == 200, response.content
    assert response.json()["status"] == "ready"
    assert complete(client, checkout).status_code == 201


def test_a_customer_need_not_say_the_address_that_the_account_knows(client_of: ClientOf) -> None:
    ada = client_of(email="ada@example.com")

    checkout = new_checkout(ada, ["SKU-0"], email=None)

    assert checkout["email"] == "ada@example.com"


def test_the_address_book_is_offered_to_a_customer_who_names_no_address(
    client_of: ClientOf,
) -> None:
    ada = client_of()
    saved = ada.post("/api/v1/me/addresses", {**ADDRESS, "default_shipping": True})
    assert saved.status_code == 201, saved.content
    cart = new_cart(ada, ["SKU-0"])

    offered = ada.post("/api/v1/checkouts", {"cart_id": cart["id"]}).json()
    named = ada.post(
        "/api/v1/checkouts",
        {"cart_id": cart["id"], "shipping_address": {**ADDRESS, "city": "York"}},
    ).json()

    assert {key: offered["shipping_address"][key] for key in ADDRESS} == ADDRESS
    assert named["shipping_address"]["city"] == "York"


def test_buying_items_without_a_cart(client: APIClient) -> None:
    checkout = client.post("/api/v1/checkouts", {"items": items(["SKU-0"], 2), **DETAILS}).json()
    client.credentials(HTTP_CART_TOKEN=checkout["token"])

    response = complete(client, checkout)

    assert response.status_code == 201
    assert client.get(f"/api/v1/orders/{response.json()['order']['number']}").status_code == 200


def test_units_are_held_while_the_checkout_lasts(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"], 60)
    assert stock_of("SKU-0") == (100, 60)

    short = client.post("/api/v1/checkouts", {"items": items(["SKU-0"], 41)})
    assert (short.status_code, short.json()["code"]) == (409, "insufficient_stock")
    assert short.json()["items"] == [{"sku": "SKU-0", "requested": 41, "available": 40}]

    client.post(f"/api/v1/checkouts/{checkout['id']}/cancel")
    assert stock_of("SKU-0") == (100, 0)


def test_a_reservation_that_ran_out_blocks_no_sale_before_a_job_has_seen_it(
    client: APIClient, client_of: ClientOf
) -> None:
    (sku,) = stock_variants(stock=2, prefix="LAST")
    late, next_one = new_checkout(client, [sku], 2), {"items": items([sku], 2), **DETAILS}
    assert client_of().post("/api/v1/checkouts", next_one).status_code == 409

    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert client_of().post("/api/v1/checkouts", next_one).status_code == 201
        assert stock_of(sku) == (2, 2)
        response = complete(client, late)

    assert (response.status_code, response.json()["code"]) == (409, "checkout_expired")
    assert stock_of(sku) == (2, 2)


def test_every_short_sku_is_named_and_nothing_is_held(client: APIClient) -> None:
    cart = new_cart(client, ["SKU-0", "SKU-1", "SKU-2"], 1)
    client.put(
        f"/api/v1/carts/{cart['id']}/items",
        {"items": [*items(["SKU-0", "SKU-2"], 101), *items(["SKU-1"])]},
    )

    response = client.post("/api/v1/checkouts", {"cart_id": cart["id"]})

    assert response.status_code == 409
    assert {item["sku"] for item in response.json()["items"]} == {"SKU-0", "SKU-2"}
    assert not Reservation.objects.exists()
    assert not Checkout.objects.exists()
    assert stock_of("SKU-1") == (100, 0)


def test_a_new_checkout_of_the_cart_supersedes_the_earlier(client: APIClient) -> None:
    first = new_checkout(client, ["SKU-0"], 60)

    second = client.post("/api/v1/checkouts", {"cart_id": first["cart_id"], **DETAILS}).json()

    assert stock_of("SKU-0") == (100, 60)
    assert complete(client, first).json()["code"] == "checkout_canceled"
    assert complete(client, second).status_code == 201


def test_the_shipping_method_decides_the_price(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    url = f"/api/v1/checkouts/{checkout['id']}"

    changed = client.patch(url, {"shipping_method": "express"}).json()
    assert changed["totals"]["shipping"]["amount"] == 995
    assert changed["totals"]["total"]["amount"] == 1_995
    assert changed["version"] == checkout["version"] + 1

    unknown = client.patch(url, {"shipping_method": "drone"})
    assert (unknown.status_code, unknown.json()["code"]) == (400, "unknown_shipping_method")
    cleared = client.patch(url, {"shipping_method": None}).json()
    assert (cleared["status"], cleared["totals"]["total"]["amount"]) == ("incomplete", 1_000)


def test_tax_is_added_once_and_its_parts_add_up(client: APIClient, settings: Any) -> None:
    settings.TAX_RATE = Decimal("0.175")
    checkout = new_checkout(client, ["SKU-0", "SKU-1", "SKU-2"], 1)

    # (1000 + 1001 + 1002 + 395) * 0.175 = 594.65
    assert checkout["totals"]["tax"]["amount"] == 595
    assert checkout["totals"]["total"]["amount"] == 3_398 + 595
    express = client.patch(
        f"/api/v1/checkouts/{checkout['id']}", {"shipping_method": "express"}
    ).json()
    assert express["totals"]["tax"]["amount"] == 700
    complete(client, checkout)
    lines = Order.objects.get().lines.values_list("tax", flat=True)
    assert 700 - sum(lines) == 174, "the rest of the tax is that of the shipping"


def test_tax_that_prices_include_is_told_and_adds_nothing(client: APIClient, settings: Any) -> None:
    settings.TAX_RATE, settings.PRICES_INCLUDE_TAX = Decimal("0.2"), True
    cart = new_cart(client, ["SKU-0"])
    assert (cart["totals"]["tax"]["amount"], cart["totals"]["total"]["amount"]) == (167, 1_000)
    checkout = new_checkout(client, ["SKU-0", "SKU-1"])

    # (1000 + 1001 + 395) / 6 = 399.33
    assert cart["prices_include_tax"] is checkout["prices_include_tax"] is True
    assert checkout["totals"]["tax"]["amount"] == 399
    assert checkout["totals"]["total"]["amount"] == 2_396
    settings.PRICES_INCLUDE_TAX = False
    number = complete(client, checkout).json()["order"]["number"]
    order = client.get(f"/api/v1/orders/{number}").json()
    assert order["prices_include_tax"] is True
    assert order["totals"] == checkout["totals"], "what was offered is what is ordered"


def test_tax_can_be_rounded_on_each_line(client: APIClient, settings: Any) -> None:
    settings.TAX_RATE, settings.TAX_ROUNDING = Decimal("0.0333"), "line"
    checkout = new_checkout(client, ["SKU-0", "SKU-1"])

    # 33.3, 33.33 and 13.15 are rounded one by one.
    assert [item["tax"]["amount"] for item in checkout["items"]] == [33, 33]
    assert checkout["totals"]["tax"]["amount"] == 33 + 33 + 13


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"postal_code": "1234"}, "/shipping_address/postal_code"),
        ({"postal_code": ""}, "/shipping_address/postal_code"),
        ({"country_code": "US", "postal_code": "90210"}, "/shipping_address/region"),
        ({"country_code": "XX"}, "/shipping_address/country_code"),
        ({"country_code": "gb"}, None),
        ({"country_code": "IE", "postal_code": ""}, None),
        (
            {"country_code": "HK", "region": "Kowloon", "postal_code": "", "city": "Yau Ma Tei"},
            None,
        ),
        ({"last_name": ""}, None),
        ({"first_name": "", "last_name": "", "company": "Acme Ltd"}, None),
        ({"first_name": "", "last_name": ""}, "/shipping_address/first_name"),
        ({"phone": "abc"}, "/shipping_address/phone"),
        ({"line1": "\u0000"}, "/shipping_address/line1"),
        ({"line1": "x" * 10_000}, "/shipping_address/line1"),
        ({"planet": "Mars"}, "/shipping_address/planet"),
    ],
)
def test_an_address_keeps_to_the_rules_of_its_country(
    client: APIClient, change: dict[str, str], pointer: str | None
) -> None:
    cart = new_cart(client, ["SKU-0"])

    response = client.post(
        "/api/v1/checkouts", {"cart_id": cart["id"], "shipping_address": {**ADDRESS, **change}}
    )

    if pointer is None:
        assert response.status_code == 201, response.content
    else:
        assert response.status_code == 400
        assert pointer in [error["pointer"] for error in response.json()["errors"]]
        assert not Checkout.objects.exists()


def test_where_nothing_ships_the_buyer_is_not_told_to_choose(client: APIClient) -> None:
    Price.objects.bulk_create(
        Price(variant=variant, currency="JPY", amount=1500) for variant in Variant.objects.all()
    )
    body = {"items": items(["SKU-0"]), "currency": "JPY", "email": "ada@example.com"}
    checkout = client.post("/api/v1/checkouts", {**body, "shipping_address": ADDRESS}).json()
    client.credentials(HTTP_CART_TOKEN=checkout["token"])

    assert checkout["shipping_methods"] == []
    assert [(each["code"], each["pointer"]) for each in checkout["messages"]] == [
        ("no_shipping_method", "/shipping_method")
    ]
    seen = client.get(f"/api/v1/checkouts/{checkout['id']}").json()
    refused = complete(client, checkout)
    assert (refused.status_code, refused.json()["code"]) == (409, "checkout_incomplete")
    assert refused.json()["messages"] == seen["messages"] == checkout["messages"]


def test_an_empty_cart_cannot_be_checked_out(client: APIClient) -> None:
    cart = new_cart(client)

    response = client.post("/api/v1/checkouts", {"cart_id": cart["id"]})

    assert (response.status_code, response.json()["code"]) == (409, "cart_empty")


def test_what_is_no_longer_sold_cannot_be_checked_out(client: APIClient) -> None:
    cart = new_cart(client, ["SKU-0", "SKU-1"])
    Variant.objects.filter(sku="SKU-1").update(deleted_at=timezone.now())

    response = client.post("/api/v1/checkouts", {"cart_id": cart["id"]})

    assert (response.status_code, response.json()["code"]) == (409, "items_unavailable")
    assert response.json()["skus"] == ["SKU-1"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"items": []},
        {"cart_id": None},
        {"cart_id": "1"},
        {"cart_id": 1},
        {"cart_id": "00000000-0000-7000-8000-000000000000", "items": [{"sku": "A", "quantity": 1}]},
        {"items": [{"sku": "SKU-0"}]},
        {"items": "SKU-0"},
    ],
)
def test_a_checkout_of_nothing_is_refused(client: APIClient, body: dict[str, Any]) -> None:
    response = client.post("/api/v1/checkouts", body)

    assert response.status_code == 400
    assert response.json()["code"] == "invalid_request"


def test_someone_elses_checkout_is_not_found(client: APIClient, client_of: ClientOf) -> None:
    checkout = new_checkout(client_of(), ["SKU-0"])
    url = f"/api/v1/checkouts/{checkout['id']}"

    for who in (client, client_of()):
        assert who.get(url).status_code == 404
        assert who.patch(url, {"email": "eve@example.com"}).status_code == 404
        assert complete(who, checkout).status_code == 404
        assert who.post(f"{url}/cancel").status_code == 404
        body = {"cart_id": checkout["cart_id"], **DETAILS}
        assert who.post("/api/v1/checkouts", body).status_code == 404
    assert Checkout.objects.get().status == "ready"


def test_if_match_guards_a_checkout(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    url = f"/api/v1/checkouts/{checkout['id']}"

    stale = client.patch(url, {"email": "b@example.com"}, headers={"If-Match": '"7"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "version_mismatch")
    fresh = client.patch(url, {"email": "b@example.com"}, headers={"If-Match": '"1"'})
    assert (fresh.status_code, fresh["ETag"]) == (200, '"2"')
    assert client.get(url, headers={"If-None-Match": '"2"'}).status_code == 304


def test_a_total_beyond_all_bounds_is_refused(client: APIClient) -> None:
    """The fullest cart of the dearest goods does not fit into 64 bits."""
    skus = stock_variants(1_000, stock=9_999, price=MAX_AMOUNT - 2_000, prefix="DEAR")
    cart = new_cart(client, skus, 9_999)
    assert client.get(f"/api/v1/carts/{cart['id']}").status_code == 200

    response = client.post("/api/v1/checkouts", {"cart_id": cart["id"], **DETAILS})

    assert (response.status_code, response.json()["code"]) == (409, "total_too_high")
    assert not Checkout.objects.exists()


def test_shipping_that_takes_the_total_beyond_all_bounds_is_refused(client: APIClient) -> None:
    (dear,) = stock_variants(price=MAX_AMOUNT - 394, prefix="DEAR")
    checkout = new_checkout(client, [dear], shipping_method=None)
    url = f"/api/v1/checkouts/{checkout['id']}"

    response = client.patch(url, {"shipping_method": "standard"})

    assert (response.status_code, response.json()["code"]) == (409, "total_too_high")
    assert client.get(url).json() == checkout

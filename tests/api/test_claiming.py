"""A guest logs in with a cart, and perhaps a checkout of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from carts.models import Cart
from catalog.models import Price
from tests.shop import (
    DETAILS,
    complete,
    items,
    new_cart,
    new_checkout,
    offer_shipping,
    stock_variants,
)

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def skus() -> list[str]:
    offer_shipping()
    return stock_variants(3)


def claimed(user: APIClient, cart: dict[str, Any]) -> Any:
    return user.post(
        f"/api/v1/carts/{cart['id']}/claim", headers={"Cart-Token": cart.get("token", "")}
    )


def test_claiming_makes_the_guest_cart_the_customers(
    client: APIClient, client_of: ClientOf
) -> None:
    cart = new_cart(client, ["SKU-0"], 2)
    ada = client_of()

    response = claimed(ada, cart)

    assert response.status_code == 200
    assert response.json()["id"] == cart["id"]
    assert ada.get("/api/v1/carts/current").json()["items"] == response.json()["items"]
    assert client.get(f"/api/v1/carts/{cart['id']}").status_code == 404


def test_a_claim_keeps_to_the_version_that_was_seen(client: APIClient, client_of: ClientOf) -> None:
    cart, ada = new_cart(client, ["SKU-0"]), client_of()
    headers = {"Cart-Token": cart["token"], "If-Match": '"999"'}
    response = ada.post(f"/api/v1/carts/{cart['id']}/claim", headers=headers)
    assert (response.status_code, response.json()["code"]) == (412, "version_mismatch")
    assert Cart.objects.get().customer is None


@pytest.mark.parametrize("shared", [False, True])
def test_a_merge_still_says_which_prices_have_changed(
    client: APIClient, client_of: ClientOf, shared: bool
) -> None:
    guest = new_cart(client, ["SKU-0"], 2)
    Price.objects.filter(variant__sku="SKU-0").update(amount=9_999)
    ada = client_of()
    new_cart(ada, ["SKU-0" if shared else "SKU-1"])

    merged = claimed(ada, guest).json()

    assert [message["code"] for message in merged["messages"]] == ["price_changed"]
    (line,) = (item for item in merged["items"] if item["sku"] == "SKU-0")
    assert line["unit_price"]["amount"] == 9_999
    assert line["quantity"] == (3 if shared else 2)


def test_claiming_merges_into_the_open_cart(client: APIClient, client_of: ClientOf) -> None:
    ada = client_of()
    own = new_cart(ada, ["SKU-0", "SKU-1"], 1)
    guest = new_cart(client, ["SKU-1", "SKU-2"], 4)

    response = claimed(ada, guest)

    assert response.json()["id"] == own["id"]
    quantities = {item["sku"]: item["quantity"] for item in response.json()["items"]}
    assert quantities == {"SKU-0": 1, "SKU-1": 5, "SKU-2": 4}
    assert claimed(ada, guest).json() == response.json(), "claiming again changes nothing"


def test_a_cart_in_another_currency_is_kept_beside(client: APIClient, client_of: ClientOf) -> None:
    ada = client_of()
    new_cart(ada, ["SKU-0"])
    guest = client.post("/api/v1/carts", {"currency": "EUR", "items": items(["SKU-0"])}).json()

    assert claimed(ada, guest).json()["id"] == guest["id"]
    assert Cart.objects.filter(customer_id=ada.user_id, status="open").count() == 2


def test_claiming_needs_both_tokens(client: APIClient, client_of: ClientOf) -> None:
    cart = new_cart(client, ["SKU-0"])

    assert claimed(APIClient(), cart).status_code == 401
    assert claimed(client_of(), {"id": cart["id"]}).status_code == 404
    assert claimed(client_of(), {"id": cart["id"], "token": "wrong"}).status_code == 404


def test_a_merge_that_does_not_fit_changes_nothing(client: APIClient, client_of: ClientOf) -> None:
    ada = client_of()
    own = new_cart(ada, ["SKU-0"], 9_999)
    guest = new_cart(client, ["SKU-0"], 1)

    response = claimed(ada, guest)

    assert (response.status_code, response.json()["code"]) == (409, "cart_full")
    assert client.get(f"/api/v1/carts/{guest['id']}").status_code == 200
    assert ada.get(f"/api/v1/carts/{own['id']}").json()["items"][0]["quantity"] == 9_999


def test_what_a_merged_cart_bought_is_not_left_in_the_customers_cart(
    client: APIClient, client_of: ClientOf
) -> None:
    ada = client_of()
    own = new_cart(ada, ["SKU-0", "SKU-1"])
    checkout = new_checkout(client, ["SKU-1", "SKU-2"], 2)
    token = client._credentials["HTTP_CART_TOKEN"]
    merged = claimed(ada, {"id": checkout["cart_id"], "token": token}).json()

    assert complete(client, checkout).status_code == 201

    left = ada.get(f"/api/v1/carts/{own['id']}").json()
    assert left["status"] == "open"
    assert left["version"] == merged["version"] + 1
    assert {item["sku"]: item["quantity"] for item in left["items"]} == {"SKU-0": 1, "SKU-1": 1}


def test_a_cart_of_which_a_merged_one_bought_everything_can_be_filled_anew(
    client: APIClient, client_of: ClientOf
) -> None:
    ada = client_of()
    own = new_cart(ada)
    checkout = new_checkout(client, ["SKU-0"])
    token = client._credentials["HTTP_CART_TOKEN"]
    claimed(ada, {"id": checkout["cart_id"], "token": token})

    assert complete(client, checkout).status_code == 201

    assert ada.get("/api/v1/carts/current").json()["items"] == []
    again = ada.post(f"/api/v1/carts/{own['id']}/items", items(["SKU-0"])[0])
    assert again.json()["items"][0]["quantity"] == 1


def test_a_merged_cart_takes_nothing_out_of_a_later_cart(
    client: APIClient, client_of: ClientOf
) -> None:
    """The customer has bought what was merged, and then wants the same again."""
    ada = client_of()
    own = new_cart(ada, ["SKU-1"])
    checkout = new_checkout(client, ["SKU-0"])
    token = client._credentials["HTTP_CART_TOKEN"]
    claimed(ada, {"id": checkout["cart_id"], "token": token})
    bought = ada.post("/api/v1/checkouts", {"cart_id": own["id"], **DETAILS}).json()
    assert complete(ada, bought).status_code == 201
    later = new_cart(ada, ["SKU-0"])

    assert complete(client, checkout).status_code == 201

    assert ada.get(f"/api/v1/carts/{later['id']}").json()["items"] == later["items"]

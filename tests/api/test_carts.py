from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from carts.models import Cart, CartLine
from catalog.models import Price, Variant
from core.ids import hash_secret
from tests.shop import items, new_cart, stock_variants

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def skus() -> list[str]:
    return stock_variants(3)


def test_the_cart_in_use_is_never_taken_for_another_at_the_same_version(
    client_of: ClientOf,
) -> None:
    ada, bob = client_of(), client_of()
    new_cart(ada)
    new_cart(bob)
    first = ada.get("/api/v1/carts/current")
    response = bob.get("/api/v1/carts/current", headers={"If-None-Match": first["ETag"]})
    assert response.status_code == 200
    assert response.json()["id"] != first.json()["id"]
    assert response["Cache-Control"] == "private, no-store"


def test_a_guest_gets_a_token_once_and_only_its_hash_is_kept(client: APIClient) -> None:
    created = new_cart(client, ["SKU-0"], 2)

    read = client.get(f"/api/v1/carts/{created['id']}").json()

    assert read == {key: value for key, value in created.items() if key != "token"}
    stored = Cart.objects.get(pk=created["id"])
    assert stored.token_hash == hash_secret(created["token"])


def test_a_customer_needs_no_token(client_of: ClientOf) -> None:
    ada = client_of()

    created = new_cart(ada, ["SKU-0"])

    assert "token" not in created
    assert ada.get("/api/v1/carts/current").json()["id"] == created["id"]


def test_a_cart_shows_prices_totals_and_availability(client: APIClient) -> None:
    cart = new_cart(client, ["SKU-0", "SKU-1"], 3)

    assert cart["currency"] == "GBP"
    assert cart["status"] == "open"
    assert [item["sku"] for item in cart["items"]] == ["SKU-0", "SKU-1"]
    assert cart["items"][1]["unit_price"] == {"amount": 1001, "currency": "GBP"}
    assert cart["items"][1]["total"] == {"amount": 3003, "currency": "GBP"}
    assert cart["items"][1]["available"] == 100
    assert cart["totals"]["subtotal"]["amount"] == 6003
    assert cart["totals"]["total"]["amount"] == 6003
    assert cart["messages"] == []


def test_a_cart_in_another_currency_has_its_prices(client: APIClient) -> None:
    cart = client.post("/api/v1/carts", {"currency": "EUR", "items": items(["SKU-0"])}).json()

    assert cart["items"][0]["unit_price"] == {"amount": 1200, "currency": "EUR"}


def test_a_sku_without_a_price_in_the_currency_is_refused(client: APIClient) -> None:
    response = client.post("/api/v1/carts", {"currency": "USD", "items": items(["SKU-0"])})

    assert response.status_code == 400
    assert response.json()["code"] == "currency_mismatch"
    assert response.json()["skus"] == ["SKU-0"]
    assert Cart.objects.count() == 0


def test_adding_a_sku_again_adds_to_its_line(client: APIClient) -> None:
    cart = new_cart(client, ["SKU-0"], 2)

    response = client.post(f"/api/v1/carts/{cart['id']}/items", {"sku": "SKU-0", "quantity": 3})

    assert response.status_code == 200
    assert [(item["sku"], item["quantity"]) for item in response.json()["items"]] == [("SKU-0", 5)]
    assert response.json()["items"][0]["id"] == cart["items"][0]["id"]
    assert response.json()["version"] == cart["version"] + 1


def test_a_repeated_sku_in_one_request_is_summed(client: APIClient) -> None:
    cart = new_cart(client, ["SKU-0", "SKU-1", "SKU-0"], 2)

    assert [item["quantity"] for item in cart["items"]] == [4, 2]


def test_replacing_sets_exactly_these_lines_and_keeps_known_ids(client: APIClient) -> None:
    cart = new_cart(client, ["SKU-0", "SKU-1"])

    response = client.put(
        f"/api/v1/carts/{cart['id']}/items", {"items": items(["SKU-1", "SKU-2"], 7)}
    )

    assert response.status_code == 200
    lines = response.json()["items"]
    assert [(item["sku"], item["quantity"]) for item in lines] == [("SKU-1", 7), ("SKU-2", 7)]
    assert lines[0]["id"] == cart["items"][1]["id"]
    assert client.get(f"/api/v1/carts/{cart['id']}").json() == response.json()


def test_changing_a_quantity_to_zero_removes_the_line(client: APIClient) -> None:
    cart = new_cart(client, ["SKU-0", "SKU-1"])
    url = f"/api/v1/carts/{cart['id']}/items/{cart['items'][0]['id']}"

    assert client.patch(url, {"quantity": 9}).json()["items"][0]["quantity"] == 9
    assert [item["sku"] for item in client.patch(url, {"quantity": 0}).json()["items"]] == ["SKU-1"]
    assert client.patch(url, {"quantity": 1}).status_code == 404


def test_deleting_a_line_answers_with_the_cart(client: APIClient) -> None:
    cart = new_cart(client, ["SKU-0", "SKU-1"])

    response = client.delete(f"/api/v1/carts/{cart['id']}/items/{cart['items'][1]['id']}")

    assert response.status_code == 200
    assert [item["sku"] for item in response.json()["items"]] == ["SKU-0"]


def test_if_match_of_another_version_changes_nothing(client: APIClient) -> None:
    cart = new_cart(client, ["SKU-0"])
    url = f"/api/v1/carts/{cart['id']}/items"
    client.post(url, {"sku": "SKU-0", "quantity": 1})

    response = client.post(url, {"sku": "SKU-0", "quantity": 1}, headers={"If-Match": '"1"'})

    assert response.status_code == 412
    assert response.json()["code"] == "version_mismatch"
    assert client.get(f"/api/v1/carts/{cart['id']}").json()["items"][0]["quantity"] == 2


def test_if_match_of_this_version_goes_through(client: APIClient) -> None:
    cart = new_cart(client, ["SKU-0"])

    response = client.post(
        f"/api/v1/carts/{cart['id']}/items",
        {"sku": "SKU-0", "quantity": 1},
        headers={"If-Match": '"1"'},
    )

    assert response.status_code == 200
    assert response["ETag"] == '"2"'


def test_an_unchanged_cart_is_not_sent_again(client: APIClient) -> None:
    cart = new_cart(client, ["SKU-0"])
    url = f"/api/v1/carts/{cart['id']}"
    tag = client.get(url)["ETag"]

    assert client.get(url, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(url, headers={"If-None-Match": '"99"'}).status_code == 200


def test_someone_elses_cart_is_not_found(client: APIClient, client_of: ClientOf) -> None:
    cart = new_cart(client_of(), ["SKU-0"])
    eve = client_of()

    for who in (eve, client):
        assert who.get(f"/api/v1/carts/{cart['id']}").status_code == 404
        url = f"/api/v1/carts/{cart['id']}/items"
        assert who.post(url, {"sku": "SKU-0", "quantity": 1}).status_code == 404
        assert who.put(url, {"items": []}).status_code == 404
        line = f"{url}/{cart['items'][0]['id']}"
        assert who.patch(line, {"quantity": 2}).status_code == 404
        assert who.delete(line).status_code == 404
    assert Cart.objects.get(pk=cart["id"]).version == 1


def test_a_line_of_another_cart_is_not_found(client: APIClient) -> None:
    other = new_cart(client, ["SKU-0"])
    mine = new_cart(client, ["SKU-1"])

    url = f"/api/v1/carts/{mine['id']}/items/{other['items'][0]['id']}"

    assert client.patch(url, {"quantity": 2}).status_code == 404
    assert CartLine.objects.get(pk=other["items"][0]["id"]).quantity == 1


def test_a_wrong_token_proves_nothing(client: APIClient) -> None:
    cart = new_cart(client, ["SKU-0"])
    client.credentials()

    for token in ("", "x", "x" * 10_000, str(uuid4())):
        response = client.get(f"/api/v1/carts/{cart['id']}", headers={"Cart-Token": token})
        assert response.status_code == 404


@pytest.mark.parametrize("quantity", [0, -1, 1_000_000_000, 1.5, "2", None, True, [], {}])
def test_a_quantity_that_is_none_is_refused(client: APIClient, quantity: Any) -> None:
    cart = new_cart(client)

    response = client.post(
        f"/api/v1/carts/{cart['id']}/items", {"sku": "SKU-0", "quantity": quantity}
    )

    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == "/quantity"
    assert not CartLine.objects.exists()


def test_the_pointer_of_an_error_leads_to_the_value(client: APIClient) -> None:
    response = client.post(
        "/api/v1/carts", {"items": [{"sku": "SKU-0", "quantity": 1}, {"sku": "", "quantity": 0}]}
    )

    found = {(error["pointer"], error["code"]) for error in response.json()["errors"]}
    assert found == {("/items/1/sku", "blank"), ("/items/1/quantity", "min_value")}


def test_every_unknown_sku_is_named(client: APIClient) -> None:
    response = client.post("/api/v1/carts", {"items": items(["NOPE-1", "SKU-0", "NOPE-2"])})

    assert response.status_code == 400
    assert response.json()["code"] == "unknown_sku"
    assert response.json()["skus"] == ["NOPE-1", "NOPE-2"]
    pointers = [error["pointer"] for error in response.json()["errors"]]
    assert pointers == ["/items/0/sku", "/items/2/sku"]


def test_more_than_a_line_can_hold_is_refused(client: APIClient) -> None:
    cart = new_cart(client, ["SKU-0"], 9_999)

    response = client.post(f"/api/v1/carts/{cart['id']}/items", {"sku": "SKU-0", "quantity": 1})

    assert (response.status_code, response.json()["code"]) == (409, "cart_full")


def test_more_than_there_is_is_accepted_with_a_message(client: APIClient) -> None:
    cart = new_cart(client, ["SKU-0"], 101)

    assert [message["code"] for message in cart["messages"]] == ["insufficient_stock"]
    assert cart["messages"][0]["pointer"] == "/items/0/quantity"


def test_a_changed_price_is_charged_and_said(client: APIClient) -> None:
    cart = new_cart(client, ["SKU-0"])
    Price.objects.filter(variant__sku="SKU-0", currency="GBP").update(amount=1_500)
    url = f"/api/v1/carts/{cart['id']}"

    seen = client.get(url).json()
    assert seen["items"][0]["unit_price"]["amount"] == 1_500
    assert [message["code"] for message in seen["messages"]] == ["price_changed"]

    line = f"{url}/items/{cart['items'][0]['id']}"
    assert client.patch(line, {"quantity": 2}).json()["messages"] == []


def test_a_deleted_variant_stays_visible_with_a_message(client: APIClient) -> None:
    cart = new_cart(client, ["SKU-0"])
    Variant.objects.filter(sku="SKU-0").update(deleted_at=timezone.now())

    seen = client.get(f"/api/v1/carts/{cart['id']}").json()

    assert [message["code"] for message in seen["messages"]] == ["not_available"]
    assert seen["items"][0]["available"] == 0
    response = client.post(f"/api/v1/carts/{cart['id']}/items", {"sku": "SKU-0", "quantity": 1})
    assert response.json()["code"] == "unknown_sku"


def test_an_expired_cart_cannot_be_changed(client: APIClient) -> None:
    cart = new_cart(client, ["SKU-0"])
    Cart.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    response = client.post(f"/api/v1/carts/{cart['id']}/items", {"sku": "SKU-0", "quantity": 1})

    assert (response.status_code, response.json()["code"]) == (409, "cart_not_open")
    assert client.get(f"/api/v1/carts/{cart['id']}").json()["status"] == "expired"
    assert client.get("/api/v1/carts/current").status_code == 404


def test_a_manager_is_not_the_owner_of_a_customers_cart(client_of: ClientOf) -> None:
    cart = new_cart(client_of(), ["SKU-0"])

    assert client_of(Role.MANAGER).get(f"/api/v1/carts/{cart['id']}").status_code == 404

"""Where a checkout goes decides how it is delivered; what is not delivered needs no address."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.domain import Role
from catalog.models import Variant
from catalog.services import create_category
from checkout.models import Checkout, ShippingMethod
from tests.catalog import product
from tests.shop import ADDRESS, complete, items, new_cart, new_checkout, new_order, stock_variants

pytestmark = pytest.mark.django_db

FRENCH = {
    **ADDRESS, "line1": "1 rue de Rivoli", "city": "Paris", "postal_code": "75001",
    "country_code": "FR",
}  # fmt: skip
POUNDS = [{"amount": 395, "currency": "GBP"}]


@pytest.fixture
def manager(client_of) -> APIClient:
    return client_of(Role.MANAGER)


@pytest.fixture
def skus() -> list[str]:
    return stock_variants(2)


def make(manager: APIClient, what: str, **body: Any) -> dict[str, Any]:
    response = manager.post(f"/api/v1/shipping-{what}", body)
    assert response.status_code == 201, response.content
    made: dict[str, Any] = response.json()
    return made


@pytest.fixture
def shop(manager: APIClient, skus: list[str]) -> None:
    """Standard in the United Kingdom, a parcel by weight to France, and a pickup point."""
    Variant.objects.update(weight=400)
    make(manager, "zones", code="uk", title="UK", countries=["GB"])
    make(manager, "zones", code="fr", title="France", countries=["FR"])
    make(
        manager, "methods", code="standard", title="Standard", zones=["uk"], prices=POUNDS,
        min_days=2, max_days=4, position=1,
    )  # fmt: skip
    make(
        manager, "methods", code="parcel", title="Parcel", zones=["fr"], priced_by="weight",
        bands=[
            {"from": 0, "to": 1_000, "price": {"amount": 900, "currency": "GBP"}},
            {"from": 1_000, "to": 2_000, "price": {"amount": 1_400, "currency": "GBP"}},
        ],
        position=2,
    )  # fmt: skip
    make(
        manager, "methods", code="pickup", title="Pick up", zones=["uk"], pickup=True,
        pickup_location="12 High Street\nMonday to Friday", position=3,
        prices=[{"amount": 0, "currency": "GBP"}],
    )  # fmt: skip


def codes(checkout: dict[str, Any]) -> list[str]:
    return [option["code"] for option in checkout["shipping_methods"]]


def messages(checkout: dict[str, Any]) -> list[tuple[str, str]]:
    return [(message["code"], message["pointer"]) for message in checkout["messages"]]


def change(client: APIClient, checkout: dict[str, Any], **body: Any) -> Any:
    return client.patch(f"/api/v1/checkouts/{checkout['id']}", body)


def test_options_depend_on_the_address_once_it_is_known(client, shop, skus):
    checkout = new_checkout(client, skus, shipping_address=None, shipping_method=None)
    assert codes(checkout) == ["standard", "parcel", "pickup"]
    assert checkout["requires_shipping"] is True
    there = change(client, checkout, shipping_address=FRENCH).json()
    assert codes(there) == ["parcel"]
    here = change(client, checkout, shipping_address=ADDRESS).json()
    assert codes(here) == ["standard", "pickup"]
    assert here["shipping_methods"][0] == {
        "code": "standard",
        "title": "Standard",
        "price": {"amount": 395, "currency": "GBP"},
        "min_days": 2,
        "max_days": 4,
        "pickup": False,
        "pickup_location": "",
    }
    assert client.get(f"/api/v1/checkouts/{checkout['id']}").json() == here


def test_options_depend_on_the_weight_of_all_units(client, shop, skus):
    checkout = new_checkout(client, skus, shipping_address=FRENCH, shipping_method="parcel")
    assert checkout["totals"]["shipping"]["amount"] == 900  # 800 g
    heavier = change(client, checkout, items=items(skus, 2)).json()
    assert heavier["totals"]["shipping"]["amount"] == 1_400  # 1,600 g
    assert heavier["status"] == "ready"
    too_heavy = change(client, checkout, items=items(skus, 3)).json()
    assert (codes(too_heavy), too_heavy["shipping_method"]) == ([], None)
    assert too_heavy["totals"]["shipping"]["amount"] == 0
    assert messages(too_heavy) == [
        ("shipping_method_unavailable", "/shipping_method"),
        ("no_shipping_method", "/shipping_method"),
    ]
    refused = complete(client, checkout)
    assert (refused.status_code, refused.json()["code"]) == (409, "checkout_incomplete")


def test_a_method_that_is_not_offered_there_is_no_longer_chosen_and_the_buyer_is_told(
    client, shop, skus
):
    checkout = new_checkout(client, skus)
    assert (checkout["shipping_method"], checkout["status"]) == ("standard", "ready")
    moved = change(client, checkout, shipping_address=FRENCH).json()
    assert (moved["shipping_method"], moved["status"]) == (None, "incomplete")
    assert messages(moved) == [("shipping_method_unavailable", "/shipping_method")]
    assert moved["messages"][0]["detail"].startswith("Standard is not offered any more")
    assert (
        change(client, checkout, email="grace@example.com").json()["messages"]
        == (moved["messages"])
    )
    chosen = change(client, checkout, shipping_method="parcel").json()
    assert (messages(chosen), chosen["status"]) == ([], "ready")


def test_who_takes_the_choice_back_is_asked_for_one_again(client, shop, skus):
    checkout = new_checkout(client, skus)
    change(client, checkout, shipping_address=FRENCH)
    cleared = change(client, checkout, shipping_method=None).json()
    assert messages(cleared) == [("shipping_method_required", "/shipping_method")]


def test_a_method_that_is_not_offered_there_cannot_be_chosen(client, shop, skus):
    checkout = new_checkout(client, skus, shipping_method=None)
    for body in (
        {"shipping_method": "parcel"},
        {"shipping_method": "standard", "shipping_address": FRENCH},
    ):
        refused = change(client, checkout, **body)
        assert (refused.status_code, refused.json()["code"]) == (400, "unknown_shipping_method")
        assert refused.json()["errors"][0]["pointer"] == "/shipping_method"
    kept = client.get(f"/api/v1/checkouts/{checkout['id']}").json()
    assert kept["shipping_address"]["country_code"] == "GB"
    moved = change(client, checkout, shipping_method="parcel", shipping_address=FRENCH)
    assert moved.status_code == 200


def test_where_nothing_is_delivered_the_checkout_says_so(client, shop, skus):
    spain = {**FRENCH, "country_code": "ES", "region": "Madrid", "postal_code": "28001"}
    checkout = new_checkout(client, skus, shipping_address=spain, shipping_method=None)
    assert codes(checkout) == []
    assert messages(checkout) == [("no_shipping_method", "/shipping_method")]


def test_what_is_picked_up_needs_no_shipping_address(client, shop, skus):
    checkout = new_checkout(client, skus, shipping_address=None, shipping_method="pickup")
    assert (checkout["status"], messages(checkout)) == ("ready", [])
    order = complete(client, checkout).json()["order"]
    shown = client.get(f"/api/v1/orders/{order['number']}").json()
    assert (shown["shipping_address"], shown["billing_address"]) == (None, None)
    assert shown["shipping_method"]["pickup"] is True
    assert shown["shipping_method"]["pickup_location"] == "12 High Street\nMonday to Friday"


def test_an_order_keeps_the_title_and_window_of_the_option_that_was_chosen(
    client, shop, skus, manager
):
    order = new_order(client, skus)
    change = {"title": "Slow", "min_days": 8, "max_days": 9}
    assert manager.patch("/api/v1/shipping-methods/standard", change).status_code == 200
    assert manager.delete("/api/v1/shipping-methods/standard").status_code == 204
    kept = client.get(f"/api/v1/orders/{order['number']}").json()["shipping_method"]
    assert kept["title"] == "Standard"
    assert (kept["min_days"], kept["max_days"]) == (2, 4)


def test_a_checkout_keeps_what_it_was_offered_until_it_is_changed(client, shop, skus, manager):
    checkout = new_checkout(client, skus)
    assert manager.delete("/api/v1/shipping-methods/standard").status_code == 204
    assert client.get(f"/api/v1/checkouts/{checkout['id']}").json() == checkout
    changed = change(client, checkout, email="grace@example.com").json()
    assert messages(changed) == [("shipping_method_unavailable", "/shipping_method")]


@pytest.fixture
def download(skus: list[str], manager: APIClient) -> str:
    response = manager.patch("/api/v1/variants/SKU-1", {"requires_shipping": False})
    assert response.json()["requires_shipping"] is False
    return "SKU-1"


def test_what_is_not_delivered_needs_neither_address_nor_method(client, shop, download):
    checkout = new_checkout(client, [download], shipping_address=None, shipping_method=None)
    assert (codes(checkout), messages(checkout), checkout["status"]) == ([], [], "ready")
    assert checkout["requires_shipping"] is False
    assert checkout["totals"]["shipping"]["amount"] == 0
    done = complete(client, checkout)
    assert done.status_code == 201, done.content
    order = client.get(f"/api/v1/orders/{done.json()['order']['number']}").json()
    assert order["shipping_address"] is order["billing_address"] is order["shipping_method"] is None


def test_one_item_that_is_delivered_is_enough_to_need_an_address(client, shop, download):
    checkout = new_checkout(client, [download], shipping_address=None, shipping_method=None)
    more = change(client, checkout, items=items([download, "SKU-0"])).json()
    assert (more["status"], [code for code, _ in messages(more)]) == (
        "incomplete",
        ["shipping_address_required", "shipping_method_required"],
    )
    less = change(client, checkout, items=items([download])).json()
    assert (less["status"], messages(less)) == ("ready", [])


def test_items_that_ship_no_more_lose_the_method_without_a_complaint(client, shop, download):
    checkout = new_checkout(client, [download, "SKU-0"])
    less = change(client, checkout, items=items([download])).json()
    assert (less["shipping_method"], less["status"], messages(less)) == (None, "ready", [])
    refused = change(client, checkout, shipping_method="standard")
    assert (refused.status_code, refused.json()["code"]) == (400, "unknown_shipping_method")


def test_a_rate_that_is_changed_is_that_of_the_next_checkout(client, shop, skus, manager):
    assert new_checkout(client, skus)["totals"]["shipping"]["amount"] == 395
    prices = [{"amount": 595, "currency": "GBP"}]
    manager.patch("/api/v1/shipping-methods/standard", {"prices": prices})
    assert new_checkout(client, skus)["totals"]["shipping"]["amount"] == 595
    ShippingMethod.objects.filter(code="standard").update(active=False)
    assert "standard" not in codes(new_checkout(client, skus, shipping_method=None))


def quote(client: APIClient, skus: list[str], **body: Any) -> Any:
    return client.post(
        "/api/v1/shipping-quotes", {"items": items(skus), "country_code": "GB", **body}
    )


def test_a_quote_offers_what_a_checkout_does_and_stores_nothing(client, shop, skus):
    before = Checkout.objects.count()
    quoted = quote(client, skus, country_code="fr", postal_code="75001")
    assert quoted.status_code == 200
    checkout = new_checkout(client, skus, shipping_address=FRENCH, shipping_method=None)
    body = quoted.json()
    assert body["options"] == checkout["shipping_methods"]
    assert body["subtotal"] == checkout["totals"]["subtotal"]
    assert (body["currency"], body["messages"], body["requires_shipping"]) == ("GBP", [], True)
    assert Checkout.objects.count() == before + 1


def test_a_quote_of_more_than_is_in_stock_reserves_nothing(client, shop, skus):
    body = quote(client, [], items=[{"sku": skus[0], "quantity": 9_999}], country_code="GB").json()
    assert [option["code"] for option in body["options"]] == ["standard", "pickup"]
    assert client.get("/api/v1/products").json()["results"][0]["variants"][0]["available"] == 100


def test_goods_of_a_category_and_of_those_below_it_make_delivery_free(client, shop, skus, manager):
    """No promotion asks for categories here: that a method does is enough."""
    create_category(title="Gifts")
    create_category(title="Boxes", parent="gifts")
    product("Gift box", category="boxes")
    create_category(title="Kitchen")
    product("Teapot", category="kitchen")
    manager.patch("/api/v1/shipping-methods/standard", {"free_with_categories": ["gifts"]})

    for basket, price in (
        (["GIFT-BOX"], 0),
        (["TEAPOT", "GIFT-BOX"], 0),
        (["TEAPOT"], 395),
        (skus, 395),  # of no category
    ):
        options = quote(client, basket).json()["options"]
        assert [(each["code"], each["price"]["amount"]) for each in options] == [
            ("standard", price),
            ("pickup", 0),
        ]
        checkout = new_checkout(client, basket)
        assert checkout["shipping_methods"] == options
        assert checkout["totals"]["shipping"]["amount"] == price
        without = client.get(f"/api/v1/carts/{checkout['cart_id']}").json()["totals"]
        assert without["total"]["amount"] + price == checkout["totals"]["total"]["amount"]


def test_delivery_is_no_longer_free_when_the_last_of_its_category_is_taken_out(
    client, shop, skus, manager
):
    create_category(title="Gifts")
    product("Gift box", category="gifts")
    manager.patch("/api/v1/shipping-methods/standard", {"free_with_categories": ["gifts"]})
    checkout = new_checkout(client, ["GIFT-BOX", *skus])
    assert checkout["totals"]["shipping"]["amount"] == 0

    less = change(client, checkout, items=items(skus)).json()

    assert less["totals"]["shipping"]["amount"] == 395
    order = complete(client, checkout).json()["order"]
    paid = client.get(f"/api/v1/orders/{order['number']}").json()
    assert paid["totals"]["shipping"]["amount"] == 395


def test_where_nothing_is_delivered_a_quote_says_so(client, shop, skus):
    body = quote(client, skus, country_code="ES").json()
    assert body["options"] == []
    assert [(m["code"], m["pointer"]) for m in body["messages"]] == [
        ("no_shipping_method", "/options")
    ]


def test_a_quote_for_an_unknown_region_is_that_for_its_country_and_says_so(client, shop, skus):
    plain = quote(client, skus, country_code="US").json()
    body = quote(client, skus, country_code="US", region="Bavaria").json()
    assert body["options"] == plain["options"]
    (told,) = [m for m in body["messages"] if m["code"] == "unknown_region"]
    assert told["pointer"] == "/options"


def test_a_quote_of_what_is_not_delivered_has_no_options_and_no_complaint(client, shop, download):
    body = quote(client, [download]).json()
    assert (body["options"], body["messages"], body["requires_shipping"]) == ([], [], False)


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"country_code": "XX"}, "invalid_request", "/country_code"),
        ({"country_code": ""}, "invalid_request", "/country_code"),
        ({"postal_code": "75001"}, "invalid_request", "/postal_code"),
        ({"currency": "XXX"}, "invalid_request", "/currency"),
        ({"currency": "JPY"}, "currency_mismatch", "/items/0/sku"),
        ({"items": []}, "invalid_request", "/items"),
        ({"items": [{"sku": "NONE", "quantity": 1}]}, "unknown_sku", "/items/0/sku"),
        ({"items": [{"sku": "SKU-0", "quantity": 0}]}, "invalid_request", "/items/0/quantity"),
        ({"items": [{"sku": "SKU-0", "quantity": -1}]}, "invalid_request", "/items/0/quantity"),
    ],
)
def test_a_quote_that_cannot_be_is_refused_with_the_reason(client, shop, body, code, pointer):
    response = quote(client, ["SKU-0"], **body)
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert pointer in [error["pointer"] for error in response.json()["errors"]]


def test_a_region_is_found_however_it_is_written(client, shop, skus, manager):
    alaska = {"country_code": "US", "region": "Alaska"}
    zone = make(manager, "zones", title="Alaska", regions=[alaska])
    assert zone["regions"] == [{"country_code": "US", "region": "AK"}]
    make(manager, "methods", title="Sled", zones=["alaska"], prices=POUNDS)
    for region in ("AK", "alaska", "US-AK"):
        options = quote(client, skus, country_code="us", region=region).json()["options"]
        assert [option["code"] for option in options] == ["sled"]
    assert quote(client, skus, country_code="US", region="HI").json()["options"] == []
    cart = new_cart(client, skus)
    assert cart["totals"]["shipping"]["amount"] == 0

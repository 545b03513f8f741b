"""What buyers pay by price lists: in carts and in checkouts, by group and number of units."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from accounts.models import CustomerGroup
from catalog.domain import NewListPrice
from catalog.models import Price
from catalog.services import add_list_prices, create_price_list
from core.money import Money
from tests.catalog import product, variant
from tests.prices import join_group, new_list
from tests.shop import DETAILS, items, new_cart, new_checkout, new_order, offer_shipping

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def mug() -> None:
    offer_shipping()
    product("Mug", variant("MUG", 1_000, stock=500))


def line(body: dict[str, Any], sku: str = "MUG") -> tuple[int, int]:
    """Units and unit price."""
    (its,) = [each for each in body["items"] if each["sku"] == sku]
    return its["quantity"], its["unit_price"]["amount"]


def read(client: APIClient, cart: dict[str, Any]) -> dict[str, Any]:
    return dict(client.get(f"/api/v1/carts/{cart['id']}").json())


def test_a_list_for_everyone_is_for_guests_too(client: APIClient) -> None:
    new_list("sale", {"MUG": 800})
    cart = new_cart(client, ["MUG"])
    assert line(cart) == (1, 800)
    assert cart["totals"]["subtotal"]["amount"] == 800


def test_a_group_pays_its_own_prices_and_nobody_else_does(
    client: APIClient, client_of: ClientOf
) -> None:
    dealer, customer = client_of(), client_of()
    join_group(dealer)
    new_list("trade", {"MUG": 600}, customer_group="trade")

    assert line(new_cart(dealer, ["MUG"])) == (1, 600)
    assert line(new_cart(customer, ["MUG"])) == (1, 1_000)
    assert line(new_cart(client, ["MUG"])) == (1, 1_000)


def test_who_leaves_a_group_pays_what_everyone_does(client_of: ClientOf) -> None:
    dealer = client_of()
    group = join_group(dealer)
    new_list("trade", {"MUG": 600}, customer_group="trade")
    cart = new_cart(dealer, ["MUG"])
    group.members.clear()
    now = read(dealer, cart)
    assert line(now) == (1, 1_000)
    assert [message["code"] for message in now["messages"]] == ["price_changed"]


def test_a_list_whose_group_is_deleted_is_for_nobody(
    client: APIClient, client_of: ClientOf
) -> None:
    dealer = client_of()
    group = join_group(dealer)
    new_list("trade", {"MUG": 600}, customer_group="trade")
    group.delete()
    assert line(new_cart(dealer, ["MUG"])) == (1, 1_000)
    assert line(new_cart(client, ["MUG"])) == (1, 1_000)


def test_who_claims_a_cart_gets_the_prices_of_their_groups(
    client: APIClient, client_of: ClientOf
) -> None:
    dealer = client_of()
    join_group(dealer)
    new_list("trade", {"MUG": 600}, customer_group="trade")
    guest = new_cart(client, ["MUG"])
    claimed = dealer.post(
        f"/api/v1/carts/{guest['id']}/claim", headers={"Cart-Token": guest["token"]}
    ).json()
    assert line(claimed) == (1, 600)


def test_breaks_count_the_units_of_the_line_and_are_no_change_of_the_price(
    client: APIClient,
) -> None:
    new_list("bulk", {"MUG": {10: 900, 100: 700}})
    cart = new_cart(client, ["MUG"], 9)
    path = f"/api/v1/carts/{cart['id']}/items"
    added = client.post(path, {"sku": "MUG", "quantity": 1}).json()
    assert (line(added), added["messages"]) == ((10, 900), [])

    its = f"{path}/{added['items'][0]['id']}"
    for units, price in ((100, 700), (99, 900), (1, 1_000)):
        changed = client.patch(its, {"quantity": units}).json()
        assert (line(changed), changed["messages"]) == ((units, price), [])
        assert (line(read(client, cart)), read(client, cart)["messages"]) == ((units, price), [])


def test_a_break_that_merging_reaches_is_no_change_of_the_price(
    client: APIClient, client_of: ClientOf
) -> None:
    new_list("bulk", {"MUG": {10: 900}})
    customer = client_of()
    new_cart(customer, ["MUG"], 5)
    guest = new_cart(client, ["MUG"], 5)
    merged = customer.post(
        f"/api/v1/carts/{guest['id']}/claim", headers={"Cart-Token": guest["token"]}
    ).json()
    assert (line(merged), merged["messages"]) == ((10, 900), [])


def test_what_is_left_in_a_cart_after_a_purchase_has_no_changed_price(client: APIClient) -> None:
    new_list("bulk", {"MUG": {10: 900}})
    cart = new_cart(client, ["MUG"], 9)
    checkout = client.post("/api/v1/checkouts", {"cart_id": cart["id"], **DETAILS}).json()
    client.post(f"/api/v1/carts/{cart['id']}/items", {"sku": "MUG", "quantity": 4})
    done = client.post(
        f"/api/v1/checkouts/{checkout['id']}/complete", {"payment": {"provider": "manual"}}
    )
    assert done.status_code == 201
    left = read(client, cart)
    assert (line(left), left["messages"]) == ((4, 1_000), [])


def test_a_new_price_of_a_list_is_told(client: APIClient) -> None:
    cart = new_cart(client, ["MUG"])
    new_list("sale", {"MUG": 800})
    changed = read(client, cart)
    assert line(changed) == (1, 800)
    assert [message["code"] for message in changed["messages"]] == ["price_changed"]


def test_of_prices_and_lists_to_come_nothing_is_asked_yet(client: APIClient) -> None:
    soon = timezone.now() + timedelta(hours=1)
    new_list("coming", {"MUG": 900}, starts_at=soon)
    add_list_prices(
        code="coming",
        prices=[NewListPrice("MUG", Money(950, "GBP"), starts_at=soon - timedelta(hours=2))],
        now=timezone.now(),
    )
    create_price_list(
        code="autumn", title="Autumn", currency="GBP",
        terms={"starts_at": soon, "priority": 9}, now=timezone.now(),
    )  # fmt: skip
    prices = [NewListPrice("MUG", Money(700, "GBP"))]
    add_list_prices(code="autumn", prices=prices, now=timezone.now())
    assert line(new_cart(client, ["MUG"])) == (1, 950)


@pytest.mark.parametrize(
    ("included", "list_includes", "tax"),
    [(True, False, 120), (False, True, 100)],
)
def test_a_list_with_another_tax_replaces_the_regular_prices(
    client_of: ClientOf, settings: Any, included: bool, list_includes: bool, tax: int
) -> None:
    settings.PRICES_INCLUDE_TAX = included
    settings.TAX_RATE = type(settings.TAX_RATE)("0.2")
    product("Jug", variant("JUG", 500))
    dealer = client_of()
    join_group(dealer)
    new_list("trade", {"MUG": 600}, customer_group="trade", tax_included=list_includes)

    cart = new_cart(dealer, ["MUG"])

    assert cart["totals"]["tax"]["amount"] == tax
    assert cart["totals"]["total"]["amount"] == 600 + (0 if list_includes else tax)
    refused = dealer.post(f"/api/v1/carts/{cart['id']}/items", {"sku": "JUG", "quantity": 1})
    assert (refused.status_code, refused.json()["code"]) == (400, "currency_mismatch")
    order = new_order(dealer, ["MUG"])
    assert order["prices_include_tax"] is list_includes


def test_fewer_units_than_a_list_sells_are_refused(client_of: ClientOf) -> None:
    Price.objects.all().delete()
    buyer = client_of()
    new_list("bulk", {"MUG": {10: 900}})
    refused = buyer.post("/api/v1/carts", {"items": items(["MUG"], 9)})
    assert refused.json()["code"] == "currency_mismatch"
    cart = new_cart(buyer, ["MUG"], 10)
    assert line(cart) == (10, 900)
    path = f"/api/v1/carts/{cart['id']}/items/{cart['items'][0]['id']}"
    assert buyer.patch(path, {"quantity": 9}).json()["messages"][0]["code"] == "not_available"
    begun = buyer.post("/api/v1/checkouts", {"cart_id": cart["id"], **DETAILS})
    assert (begun.status_code, begun.json()["code"]) == (409, "items_unavailable")


def change(client: APIClient, checkout: dict[str, Any], units: int, *skus: str) -> dict[str, Any]:
    wanted = items(["MUG"], units) + items(skus)
    response = client.patch(f"/api/v1/checkouts/{checkout['id']}", {"items": wanted})
    assert response.status_code == 200, response.content
    return dict(response.json())


def test_a_checkout_keeps_its_breaks_whatever_the_list_says_later(
    client: APIClient, client_of: ClientOf
) -> None:
    new_list("bulk", {"MUG": {10: 900}})
    product("Jug", variant("JUG", 500))
    checkout = new_checkout(client, ["MUG"], 10)
    assert line(checkout) == (10, 900)

    client_of(Role.MANAGER).patch("/api/v1/price-lists/bulk", {"active": False})
    Price.objects.filter(variant__sku="MUG").update(amount=2_000)

    assert line(change(client, checkout, 12)) == (12, 900)
    assert line(change(client, checkout, 9)) == (9, 1_000)
    changed = change(client, checkout, 10, "JUG")
    assert (line(changed), line(changed, "JUG")) == ((10, 900), (1, 500))


def test_a_checkout_without_breaks_keeps_its_price_for_more_units(client: APIClient) -> None:
    checkout = new_checkout(client, ["MUG"], 1)
    new_list("bulk", {"MUG": {10: 900}})
    assert line(change(client, checkout, 10)) == (10, 1_000)


def test_a_checkout_keeps_whether_its_prices_include_tax(client_of: ClientOf) -> None:
    dealer = client_of()
    join_group(dealer)
    product("Jug", variant("JUG", 500))
    checkout = new_checkout(dealer, ["MUG"])
    assert checkout["prices_include_tax"] is False
    new_list("trade", {"MUG": 600, "JUG": 300}, customer_group="trade", tax_included=True)

    changed = change(dealer, checkout, 1, "JUG")

    assert changed["prices_include_tax"] is False
    assert (line(changed), line(changed, "JUG")) == ((1, 1_000), (1, 500))


def test_an_order_has_the_price_of_its_list(client_of: ClientOf) -> None:
    dealer = client_of()
    join_group(dealer)
    new_list("trade", {"MUG": {1: 600, 5: 550}}, customer_group="trade")
    assert line(new_order(dealer, ["MUG"], 5)) == (5, 550)


def test_lists_and_groups_cost_two_statements(client_of: ClientOf, assert_statements: Any) -> None:
    dealer = client_of()
    join_group(dealer)
    product("Many", *(variant(f"MANY-{number}") for number in range(100)))
    new_list("trade", {f"MANY-{number}": 900 for number in range(100)}, customer_group="trade")
    cart = new_cart(dealer, [f"MANY-{number}" for number in range(100)])
    with assert_statements(6):
        assert line(read(dealer, cart), "MANY-7") == (1, 900)
    CustomerGroup.objects.all().delete()
    with assert_statements(5):
        assert line(read(dealer, cart), "MANY-7") == (1, 1_000)

"""Carts that several tabs and devices change at once: nothing is lost, nothing is doubled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from rest_framework.test import APIClient

from carts.models import Cart, CartLine
from checkout.models import Checkout
from tests.concurrency.racing import CONCURRENCY, at_once, code_of, later, shopper
from tests.shop import (
    DETAILS,
    MANUAL,
    items,
    new_cart,
    new_checkout,
    offer_shipping,
    stock_of,
    stock_variants,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_deadlocks")]

ROUNDS = 6
ClientOf = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def four_skus(no_deadlocks: None) -> list[str]:
    offer_shipping()
    return stock_variants(4, stock=1_000)


def units(cart_id: str) -> dict[str, int]:
    lines = CartLine.objects.filter(cart_id=cart_id).values_list("variant__sku", "quantity")
    return dict(lines)


@pytest.mark.parametrize("skus", [["SKU-0"], ["SKU-0", "SKU-1", "SKU-2", "SKU-3"]])
def test_adds_at_once_all_count(skus: list[str]) -> None:
    for _ in range(ROUNDS):
        client = shopper()
        cart = new_cart(client)
        requested = [items([skus[number % len(skus)]])[0] for number in range(CONCURRENCY)]

        responses = at_once(
            *[partial(client.post, f"/api/v1/carts/{cart['id']}/items", item) for item in requested]
        )

        assert Counter(map(code_of, responses)) == {"200": CONCURRENCY}
        assert units(cart["id"]) == dict.fromkeys(skus, CONCURRENCY // len(skus))
        assert {a.json()["version"] for a in responses} == set(range(2, CONCURRENCY + 2))


def test_of_writes_that_expect_one_version_exactly_one_wins() -> None:
    client = shopper()
    cart = new_cart(client, ["SKU-0"])
    url, line = f"/api/v1/carts/{cart['id']}/items", cart["items"][0]["id"]
    for version in range(1, 2 * ROUNDS):
        headers = {"If-Match": f'"{version}"'}

        responses = at_once(
            *[
                partial(client.put, url, {"items": items(["SKU-0"], n)}, headers=headers)
                for n in range(1, 9)
            ],
            *[
                partial(client.patch, f"{url}/{line}", {"quantity": n}, headers=headers)
                for n in range(11, 19)
            ],
        )

        assert Counter(map(code_of, responses)) == {"200": 1, "version_mismatch": 15}
        (winner,) = [response.json() for response in responses if response.status_code == 200]
        assert winner["version"] == version + 1
        assert units(cart["id"]) == {"SKU-0": winner["items"][0]["quantity"]}


def test_of_changes_to_a_checkout_that_expect_one_version_exactly_one_wins() -> None:
    client = shopper()
    checkout = new_checkout(client, ["SKU-0"])
    url = f"/api/v1/checkouts/{checkout['id']}"
    for version in range(1, ROUNDS):
        responses = at_once(
            *[
                partial(
                    client.patch,
                    url,
                    {"email": f"buyer-{number}@example.com"},
                    headers={"If-Match": f'"{version}"'},
                )
                for number in range(12)
            ]
        )

        assert Counter(map(code_of, responses)) == {"200": 1, "version_mismatch": 11}
        (winner,) = [response.json() for response in responses if response.status_code == 200]
        assert client.get(url).json()["email"] == winner["email"]


def claiming(user: APIClient, cart: dict[str, Any]) -> Callable[[], Any]:
    device = shopper()
    device.credentials(**{**user._credentials, "HTTP_CART_TOKEN": cart["token"]})
    return lambda: device.post(f"/api/v1/carts/{cart['id']}/claim")


def test_one_guest_cart_claimed_many_times_at_once_is_merged_once(client_of: ClientOf) -> None:
    for _ in range(ROUNDS):
        user = client_of()
        own = new_cart(user, ["SKU-0", "SKU-1"])
        guest = new_cart(shopper(), ["SKU-1", "SKU-2"])

        responses = at_once(*[claiming(user, guest)] * 12)

        assert Counter(map(code_of, responses)) == {"200": 12}
        assert {response.json()["id"] for response in responses} == {own["id"]}
        assert units(own["id"]) == {"SKU-0": 1, "SKU-1": 2, "SKU-2": 1}


def test_a_guest_cart_claimed_by_two_users_at_once_goes_to_one_of_them(
    client_of: ClientOf,
) -> None:
    for _ in range(ROUNDS):
        users = [client_of() for _ in range(8)]
        guest = new_cart(shopper(), ["SKU-0"])

        responses = at_once(*[claiming(user, guest) for user in users])

        assert Counter(map(code_of, responses)) == {"200": 1, "not_found": 7}
        owner = users[[a.status_code for a in responses].index(200)]
        assert Cart.objects.get(pk=guest["id"]).customer_id == owner.user_id  # type: ignore[attr-defined]


@pytest.mark.parametrize("has_own", [True, False])
def test_several_guest_carts_claimed_by_one_user_at_once_all_arrive(
    client_of: ClientOf, has_own: bool
) -> None:
    for _ in range(ROUNDS):
        user = client_of()
        if has_own:
            new_cart(user, ["SKU-0"])
        guests = [new_cart(shopper(), ["SKU-1"], number + 1) for number in range(4)]

        responses = at_once(*[claiming(user, guest) for guest in guests] * 3)

        assert Counter(map(code_of, responses)) == {"200": 12}
        current = user.get("/api/v1/carts/current").json()
        found = {line["sku"]: line["quantity"] for line in current["items"]}
        assert found == {"SKU-1": 10} | ({"SKU-0": 1} if has_own else {})
        assert Cart.objects.filter(customer_id=user.user_id, status="open").count() == 1  # type: ignore[attr-defined]


def test_a_cart_claimed_while_it_is_added_to_loses_nothing(client_of: ClientOf) -> None:
    for _ in range(ROUNDS):
        user = client_of()
        own = new_cart(user, ["SKU-0"])
        device = shopper()
        guest = new_cart(device, ["SKU-1"])
        add_own = partial(user.post, f"/api/v1/carts/{own['id']}/items", items(["SKU-2"])[0])
        add_guest = partial(device.post, f"/api/v1/carts/{guest['id']}/items", items(["SKU-3"])[0])

        claimed, *added = at_once(claiming(user, guest), *[add_own] * 4, *[add_guest] * 4)

        assert code_of(claimed) == "200"
        assert [code_of(response) for response in added[:4]] == ["200"] * 4
        kept = sum(response.status_code == 200 for response in added[4:])
        assert {code_of(response) for response in added[4:]} <= {
            "200",
            "not_found",
            "cart_not_open",
        }
        expected = {"SKU-0": 1, "SKU-1": 1, "SKU-2": 4, "SKU-3": kept}
        assert units(own["id"]) == {sku: count for sku, count in expected.items() if count}


@pytest.mark.parametrize(
    "payment", [MANUAL, {"payment": {"provider": "test", "token": "tok_success"}}]
)
def test_a_cart_claimed_while_its_checkout_completes_keeps_nothing_that_was_bought(
    client_of: ClientOf, payment: dict[str, Any]
) -> None:
    """Two guest carts of one user, each with a checkout; goods that nobody bought all stay.

    The claims get more of a lead each round, so that either side comes first somewhere.
    """
    merged = 0
    for lead in range(ROUNDS):
        user = client_of()
        own = new_cart(user, ["SKU-0", "SKU-1"])
        devices = [shopper(), shopper()]
        guests = [new_cart(device, ["SKU-1", "SKU-2"], 2) for device in devices]
        checkouts = [
            device.post("/api/v1/checkouts", {"cart_id": guest["id"], **DETAILS}).json()
            for device, guest in zip(devices, guests, strict=True)
        ]
        completing = [
            later(lead / 20, device.post, f"/api/v1/checkouts/{checkout['id']}/complete", payment)
            for device, checkout in zip(devices, checkouts, strict=True)
        ]
        add = partial(user.post, f"/api/v1/carts/{own['id']}/items", items(["SKU-3"])[0])

        responses = at_once(*[claiming(user, guest) for guest in guests], *completing, add)

        assert {code_of(response) for response in responses[:2]} <= {
            "200",
            "not_found",
            "cart_not_open",
        }
        assert [code_of(response) for response in responses[2:]] == ["201", "201", "200"]
        assert units(own["id"]) == {"SKU-0": 1, "SKU-1": 1, "SKU-3": 1}
        assert (
            Cart.objects.filter(pk__in=[guest["id"] for guest in guests], status="open").count()
            == 0
        )
        merged += Cart.objects.filter(merged_into=own["id"]).count()
    assert merged, "no claim ever came first"


def test_checkouts_of_one_cart_begun_at_once_leave_one_alive() -> None:
    for _ in range(ROUNDS):
        client = shopper()
        cart = new_cart(client, ["SKU-0", "SKU-1"])
        begin = partial(client.post, "/api/v1/checkouts", {"cart_id": cart["id"], **DETAILS})

        responses = at_once(*[begin] * 12)

        assert Counter(map(code_of, responses)) == {"201": 12}
        live = Checkout.objects.get(cart_id=cart["id"], status="ready")
        assert stock_of("SKU-0")[1] == stock_of("SKU-1")[1] == 1
        done = client.post(f"/api/v1/checkouts/{live.id}/complete", MANUAL)
        assert done.status_code == 201


def test_checkouts_begun_again_with_other_items_never_wait_in_a_circle() -> None:
    """Each cart has been changed since its checkout: what is released and what is held differ."""
    for _ in range(3):
        carts = []
        for number in range(16):
            client = shopper()
            old, new = ("SKU-0", "SKU-1") if number % 2 else ("SKU-1", "SKU-0")
            checkout = new_checkout(client, [old])
            changed = client.put(
                f"/api/v1/carts/{checkout['cart_id']}/items", {"items": items([new])}
            )
            assert changed.status_code == 200
            carts.append((client, {"cart_id": checkout["cart_id"]}))

        responses = at_once(
            *[partial(client.post, "/api/v1/checkouts", body) for client, body in carts]
        )

        assert Counter(map(code_of, responses)) == {"201": 16}

        for (client, _), response in zip(carts, responses, strict=True):
            client.post(f"/api/v1/checkouts/{response.json()['id']}/cancel")
        assert stock_of("SKU-0")[1] == stock_of("SKU-1")[1] == 0

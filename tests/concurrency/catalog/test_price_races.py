"""Prices that several managers change at once, while buyers buy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.domain import Role
from accounts.models import CustomerGroup
from catalog.models import ListPrice, Price, PriceChange
from pricing.models import PriceList
from tests.concurrency.racing import at_once, code_of, codes, shopper
from tests.prices import new_list
from tests.shop import DETAILS, items, new_cart, offer_shipping, stock_variants

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_deadlocks")]
MANAGERS = 8
ROUNDS = 5
ClientOf = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def shop(no_deadlocks: None) -> None:
    offer_shipping()
    stock_variants(2, stock=10_000)


@pytest.fixture
def managers(client_of: ClientOf, shop: None) -> list[APIClient]:
    return [client_of(Role.MANAGER) for _ in range(MANAGERS)]


def pounds(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "GBP"}


def test_one_manager_sets_the_price_of_a_moment_and_the_others_are_told(
    managers: list[APIClient],
) -> None:
    new_list("sale")
    for number in range(ROUNDS):
        moment = f"2027-01-0{number + 1}T00:00:00Z"
        rows = [{"sku": "SKU-0", "price": pounds(n), "starts_at": moment} for n in range(MANAGERS)]
        responses = at_once(
            *[
                partial(each.post, "/api/v1/price-lists/sale/prices", {"prices": [row]})
                for each, row in zip(managers, rows, strict=True)
            ]
        )
        assert codes(responses) == {"201": 1, "price_taken": MANAGERS - 1}
    assert ListPrice.objects.count() == ROUNDS


def test_a_history_tells_prices_in_the_order_in_which_they_were_set(
    managers: list[APIClient],
) -> None:
    for number in range(ROUNDS):
        responses = at_once(
            *[
                partial(each.patch, "/api/v1/variants/SKU-0", {"price": pounds(100 * number + n)})
                for n, each in enumerate(managers)
            ]
        )
        assert codes(responses) == {"200": MANAGERS}
        history = PriceChange.objects.filter(variant__sku="SKU-0", currency="GBP")
        last = history.latest("starts_at").amount
        assert last == Price.objects.get(variant__sku="SKU-0", currency="GBP").amount
    assert history.count() == 1 + ROUNDS * MANAGERS


def test_a_checkout_that_is_begun_while_its_price_changes_has_one_of_the_prices(
    managers: list[APIClient],
) -> None:
    prices = {1_000, 900}
    new_list("sale", {"SKU-0": 900})
    for number in range(ROUNDS):
        buyers = [shopper() for _ in range(4)]
        carts = [new_cart(each, ["SKU-0"], 3) for each in buyers]
        on = {"active": bool(number % 2)}
        begin = [
            partial(each.post, "/api/v1/checkouts", {"cart_id": cart["id"], **DETAILS})
            for each, cart in zip(buyers, carts, strict=True)
        ]
        add = [
            partial(each.post, f"/api/v1/carts/{cart['id']}/items", items(["SKU-1"])[0])
            for each, cart in zip(buyers, carts, strict=True)
        ]
        switch = partial(managers[0].patch, "/api/v1/price-lists/sale", on)

        *answers, switched = at_once(*begin, *add, switch)

        assert switched.status_code == 200
        assert Counter(map(code_of, answers)) == {"201": 4, "200": 4}
        for body in (answer.json() for answer in answers):
            (mug,) = [line for line in body["items"] if line["sku"] == "SKU-0"]
            assert mug["unit_price"]["amount"] in prices
            assert mug["total"]["amount"] == 3 * mug["unit_price"]["amount"]
            lines = sum(line["total"]["amount"] for line in body["items"])
            assert body["totals"]["subtotal"]["amount"] == lines


def test_a_list_for_a_group_that_is_deleted_meanwhile_is_for_nobody(
    managers: list[APIClient], client: APIClient
) -> None:
    for number in range(ROUNDS):
        group = CustomerGroup.objects.create(code=f"group-{number}", title="Group")
        body = {"code": f"list-{number}", "title": "List", "currency": "GBP"}
        create = partial(
            managers[0].post, "/api/v1/price-lists", {**body, "customer_group": group.code}
        )
        created, _ = at_once(create, group.delete)
        assert code_of(created) in {"201", "unknown_customer_group", "invalid_request"}
        assert not PriceList.objects.filter(customer_group="").exists()

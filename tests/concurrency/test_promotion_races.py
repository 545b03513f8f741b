"""Many buyers, few uses of a promotion: each is had once, and who gets none is told so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from checkout.services import expire_checkouts
from orders.models import Order
from pricing.models import Redemption, Slot
from pricing.services import change_promotion, generate_codes
from tests.concurrency.racing import at_once, code_of, crowd, shopper
from tests.promotions import enter, offer
from tests.shop import (
    DETAILS,
    MANUAL,
    new_cart,
    new_checkout,
    new_order,
    offer_shipping,
    stock_variants,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_deadlocks")]


@pytest.fixture(autouse=True)
def shop(transactional_db: None) -> None:
    offer_shipping()
    stock_variants(2, stock=200)


def cart_with(*codes: str, skus: tuple[str, ...] = ("SKU-0",)) -> tuple[APIClient, dict[str, Any]]:
    client = shopper()
    cart = new_cart(client, skus)
    for code in codes:
        assert enter(client, "carts", cart, code).status_code == 200
    return client, cart


def begin(client: APIClient, cart: dict[str, Any], **details: Any) -> Any:
    return client.post("/api/v1/checkouts", {"cart_id": cart["id"], **DETAILS, **details})


def finish(client: APIClient, checkout: dict[str, Any]) -> str:
    return code_of(client.post(f"/api/v1/checkouts/{checkout['id']}/complete", MANUAL))


def taken() -> int:
    return Slot.objects.filter(free_from=None).count()


def test_20_buyers_of_the_last_use_and_one_gets_it() -> None:
    offer("LAST", usage_limit=1)
    ready = [cart_with("LAST") for _ in range(20)]

    begun = at_once(*[partial(begin, *each) for each in ready])

    assert Counter(map(code_of, begun)) == {"201": 1, "coupon_exhausted": 19}
    assert {tuple(each.json()["codes"]) for each in begun if each.status_code == 409} == {("LAST",)}
    for (client, _), response in zip(ready, begun, strict=True):
        if response.status_code == 201:
            assert finish(client, response.json()) == "201"
    assert taken() == Redemption.objects.exclude(order=None).count() == 1


def test_20_codes_entered_in_checkouts_for_the_last_use() -> None:
    offer("LAST", usage_limit=1)
    ready = []
    for _ in range(20):
        client = shopper()
        ready.append((client, new_checkout(client, ["SKU-0"])))

    told = at_once(
        *[partial(enter, client, "checkouts", checkout, "LAST") for client, checkout in ready]
    )

    assert Counter(map(code_of, told)) == {"200": 1, "coupon_exhausted": 19}


def test_32_buyers_of_8_uses_that_need_no_code_all_buy_and_8_for_less() -> None:
    offer(usage_limit=8)

    def buy(_: int) -> int:
        return int(new_order(shopper(), ["SKU-0"])["totals"]["discount"]["amount"])

    told = Counter(crowd(buy, 32))

    assert told == {100: 8, 0: 24}
    assert taken() == 8


def test_bulk_codes_are_used_once_each() -> None:
    promotion = offer(automatic=False)

    codes = generate_codes(promotion_id=promotion, count=4, prefix="", now=timezone.now())
    ready = [cart_with(code) for code in codes * 4]

    begun = at_once(*[partial(begin, *each) for each in ready])

    assert Counter(map(code_of, begun)) == {"201": 4, "coupon_exhausted": 12}


def test_two_tabs_of_one_customer_and_one_use_for_each(
    client_of: Callable[..., APIClient],
) -> None:
    offer("MINE", per_customer_limit=1)
    owner = client_of()
    carts = [new_cart(owner, ["SKU-0"]) for _ in range(2)]
    for cart in carts:
        enter(owner, "carts", cart, "MINE")

    def tab() -> APIClient:
        client = shopper()
        client.credentials(**owner._credentials)
        return client

    begun = at_once(*[partial(begin, tab(), cart) for cart in carts])

    bodies = [response.json() for response in begun]
    assert [response.status_code for response in begun] == [201, 201]
    assert sorted(body["totals"]["discount"]["amount"] for body in bodies) == [0, 100]
    assert sorted(body["coupons"][0].get("reason", "") for body in bodies) == [
        "", "customer_limit_reached",
    ]  # fmt: skip


def test_promotions_and_stock_in_opposite_orders_make_no_circle() -> None:
    offer("A", usage_limit=20, title="A", action={"type": "percent", "percent": "10",
          "target": "lines"})  # fmt: skip
    offer("B", usage_limit=20, title="B")

    def buy(number: int) -> str:
        way = 1 if number % 2 else -1
        client, cart = cart_with(*("A", "B")[::way], skus=("SKU-0", "SKU-1")[::way])
        begun = begin(client, cart)
        return finish(client, begun.json()) if begun.status_code == 201 else code_of(begun)

    told = Counter(crowd(buy, 48))

    assert told == {"201": 20, "coupon_exhausted": 28}
    assert taken() == 40


def test_those_who_swap_their_promotions_make_no_circle() -> None:
    for code in ("A", "B"):
        offer(code, usage_limit=32, title=code, exclusive=True, priority=len(code))
    ready = []
    for number in range(16):
        client = shopper()
        checkout = new_checkout(client, ["SKU-0"])
        enter(client, "checkouts", checkout, "AB"[number % 2])
        ready.append((client, checkout, "BA"[number % 2]))

    def swap(client: APIClient, checkout: dict[str, Any], code: str) -> str:
        other = "AB".replace(code, "")
        told = code_of(enter(client, "checkouts", checkout, code))
        path = f"/api/v1/checkouts/{checkout['id']}/coupons/{other}"
        return told if told != "200" else code_of(client.delete(path))

    told = at_once(*[partial(swap, *each) for each in ready])

    assert Counter(told) == {"200": 16}
    assert Redemption.objects.count() == 16


@pytest.mark.parametrize("end", ["cancel", "expire"])
def test_a_checkout_that_ends_while_another_begins_gives_its_use_once(end: str) -> None:
    offer("LAST", usage_limit=1)
    for _ in range(5):
        Slot.objects.all().delete()
        Redemption.objects.all().delete()
        client, cart = cart_with("LAST")
        checkout = begin(client, cart).json()
        ready = [cart_with("LAST") for _ in range(8)]
        later = timezone.now() + timedelta(hours=1)

        def finishes(client: APIClient = client, checkout: Any = checkout, at: Any = later) -> Any:
            if end == "expire":
                return expire_checkouts(now=at)
            return client.post(f"/api/v1/checkouts/{checkout['id']}/cancel").status_code

        with time_machine.travel(later if end == "expire" else timezone.now(), tick=True):
            told = at_once(finishes, *[partial(begin, *each) for each in ready])

        begun = Counter(map(code_of, told[1:]))
        assert begun["201"] <= 1
        assert set(begun) <= {"201", "coupon_exhausted"}
        assert Slot.objects.count() == 1
        for (client, _), response in zip(ready, told[1:], strict=True):
            if response.status_code == 201:
                client.post(f"/api/v1/checkouts/{response.json()['id']}/cancel")
        expire_checkouts(now=later + timedelta(hours=1))


def test_completing_twice_at_once_takes_one_use() -> None:
    offer("TWICE", usage_limit=2)
    client, cart = cart_with("TWICE")
    checkout = begin(client, cart).json()

    told = at_once(*[partial(finish, client, checkout)] * 8)

    assert Counter(told) == {"201": 1, "200": 7}
    assert taken() == Redemption.objects.count() == Order.objects.count() == 1


def test_a_limit_set_while_checkouts_begin_counts_all_that_hold_then() -> None:
    promotion = offer("MANY", usage_limit=100)
    ready = [cart_with("MANY") for _ in range(16)]

    def lower() -> None:
        change_promotion(promotion_id=promotion, values={"usage_limit": 4}, now=timezone.now())

    begun = at_once(*[partial(begin, *each) for each in ready], lower)[:-1]

    had = Counter(map(code_of, begun))["201"]
    assert set(map(code_of, begun)) <= {"201", "coupon_exhausted"}
    assert Slot.objects.count() == Redemption.objects.count() == had >= 4
    client, cart = cart_with("MANY")
    assert code_of(begin(client, cart)) == "coupon_exhausted"


def test_late_money_of_a_use_that_others_have_goes_back(client_of: Callable[..., Any]) -> None:
    offer("LAST", usage_limit=1)
    client, cart = cart_with("LAST")
    checkout = begin(client, cart).json()
    path = f"/api/v1/checkouts/{checkout['id']}/complete"
    paying = client.post(path, {"payment": {"provider": "test", "token": "tok_timeout"}})
    assert paying.status_code == 202
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=True):
        winner, other = cart_with("LAST")
        assert finish(winner, begin(winner, other).json()) == "201"

        late = client.post(path, {"payment": {"provider": "test"}})

    assert (late.status_code, late.json()["code"]) == (409, "coupon_exhausted")
    assert late.json()["refunded"] is True
    assert Order.objects.count() == taken() == 1
    order = client_of(Role.SUPPORT).get("/api/v1/orders").json()["results"][0]
    assert order["coupons"][0]["applied"]


def test_late_money_still_has_a_use_that_nobody_else_took() -> None:
    offer("LAST", usage_limit=1)
    client, cart = cart_with("LAST")
    checkout = begin(client, cart).json()
    path = f"/api/v1/checkouts/{checkout['id']}/complete"
    client.post(path, {"payment": {"provider": "test", "token": "tok_timeout"}})
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=True):
        late = client.post(path, {"payment": {"provider": "test"}})

    assert late.status_code == 201, late.content
    assert taken() == 1

"""Many buyers, few units: each unit is sold once, and who gets none is told so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.domain import Role
from orders.models import Order, OrderLine
from tests.concurrency.racing import at_once, code_of, crowd, shopper
from tests.shop import DETAILS, MANUAL, items, new_order, offer_shipping, stock_of, stock_variants

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_deadlocks")]


PAID = {"payment": {"provider": "test", "token": "tok_success"}}


BOTH_WAYS = pytest.mark.parametrize(
    "payment",
    [pytest.param(MANUAL, id="manual"), pytest.param(PAID, id="paid", marks=pytest.mark.slow)],
)


def buy(skus: Sequence[str], *, payment: dict[str, Any] = MANUAL, quantity: int = 1) -> str:
    """A whole purchase without a cart of its own; the code of the refusal, or 201."""
    client = shopper()
    begun = client.post("/api/v1/checkouts", {"items": items(skus, quantity), **DETAILS})
    if begun.status_code != 201:
        return code_of(begun)
    client.credentials(HTTP_CART_TOKEN=begun.json()["token"])
    return code_of(client.post(f"/api/v1/checkouts/{begun.json()['id']}/complete", payment))


@BOTH_WAYS
def test_200_buyers_of_50_units_make_50_orders(payment: dict[str, Any]) -> None:
    offer_shipping()
    (sku,) = stock_variants(stock=50)

    told = crowd(lambda _: buy([sku], payment=payment), 200)

    assert Counter(told) == {"201": 50, "insufficient_stock": 150}
    assert Order.objects.count() == 50
    assert stock_of(sku) == (0, 0)


@BOTH_WAYS
def test_baskets_in_opposite_order_make_50_orders_too(payment: dict[str, Any]) -> None:
    offer_shipping()
    skus = stock_variants(2, stock=50)

    told = crowd(lambda n: buy(skus[:: 1 if n % 2 else -1], payment=payment), 200)

    assert Counter(told) == {"201": 50, "insufficient_stock": 150}
    assert OrderLine.objects.count() == 100
    assert [stock_of(sku) for sku in skus] == [(0, 0), (0, 0)]


def test_overlapping_baskets_of_a_dozen_goods_neither_block_nor_oversell() -> None:
    offer_shipping()
    skus = stock_variants(12, stock=8)

    def basket(n: int) -> list[str]:
        return [skus[(n * 7 + step * (1 + n % 5)) % 12] for step in range(4)]

    told = Counter(crowd(lambda n: buy(sorted(set(basket(n)), reverse=n % 2 == 0)), 96))

    assert set(told) == {"201", "insufficient_stock"}
    assert Order.objects.count() == told["201"]


def test_two_lines_of_one_variant_count_together() -> None:
    offer_shipping()
    (sku,) = stock_variants(stock=50)

    told = crowd(lambda _: buy([sku, sku]), 64)

    assert Counter(told) == {"201": 25, "insufficient_stock": 39}
    assert stock_of(sku) == (0, 0)
    assert set(OrderLine.objects.values_list("quantity", flat=True)) == {2}


def test_staff_cannot_take_away_what_is_being_reserved(
    client_of: Callable[..., APIClient],
) -> None:
    offer_shipping()
    token = client_of(Role.FULFILLMENT)._credentials
    url = "/api/v1/variants/{}/stock-adjustments"
    for attempt in range(5):
        (sku,) = stock_variants(stock=20, prefix=f"A{attempt}")

        def adjust(sku: str = sku) -> str:
            clerk = shopper()
            clerk.credentials(**token)
            return code_of(clerk.post(url.format(sku), {"delta": -1, "reason": "broken"}))

        told = at_once(*[adjust] * 16, *[partial(buy, [sku])] * 16)

        assert Counter(told) == {"201": 20, "insufficient_stock": 12}
        assert stock_of(sku) == (0, 0)


def cancel(owner: APIClient, number: str) -> str:
    return code_of(owner.post(f"/api/v1/orders/{number}/cancel"))


def test_an_order_canceled_while_others_buy_gives_its_units_to_one_of_them() -> None:
    offer_shipping()
    for attempt in range(5):
        (sku,) = stock_variants(stock=1, prefix=f"C{attempt}")
        owner = shopper()
        number = new_order(owner, [sku])["number"]

        told = at_once(partial(cancel, owner, number), *[partial(buy, [sku])] * 15)

        assert told[0] == "200"
        assert Counter(told[1:]) <= Counter({"201": 1, "insufficient_stock": 15})
        assert stock_of(sku) in {(0, 0), (1, 0)}


def test_several_units_at_a_time_leave_a_rest_that_is_too_small() -> None:
    offer_shipping()
    (sku,) = stock_variants(stock=50)

    told = crowd(lambda _: buy([sku], quantity=3), 64)

    assert Counter(told) == {"201": 16, "insufficient_stock": 48}
    assert stock_of(sku) == (2, 0)

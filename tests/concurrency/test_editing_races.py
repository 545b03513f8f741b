"""An order that is edited while something else happens to it, or to the stock it needs."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from accounts.domain import Role
from inventory.models import Stock
from orders.models import Order, OrderEdit, RefundItem
from pricing.models import Redemption
from tests.concurrency.racing import (
    assert_audit_finds_nothing,
    at_once,
    code_of,
    later,
    shopper,
)
from tests.promotions import offer
from tests.shop import new_checkout, new_order, offer_shipping, paid_order, stock_of, stock_variants

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_deadlocks")]

# So long an edit waits for stock, and holds what it has locked before.
HELD_SECONDS = 0.7
ROUNDS = 4
ClientOf = Callable[..., APIClient]
Act = Callable[..., str]


@pytest.fixture
def act(no_deadlocks: None, client_of: ClientOf) -> Act:
    """Do something to an order as staff; the status, or the code of the refusal."""
    offer_shipping()
    stock_variants(4, stock=60)
    staff = client_of(Role.MANAGER)

    def act(number: str, what: str, body: dict[str, Any] | None = None) -> str:
        own = shopper()
        own.credentials(**staff._credentials)
        return code_of(own.post(f"/api/v1/orders/{number}/{what}", body or {}))

    return act


def lines(**units: int) -> dict[str, Any]:
    items = [{"sku": f"SKU-{name[1:]}", "quantity": count} for name, count in units.items()]
    return {"items": items}


def held(sku: str) -> str:
    """Hold the stock of a variant for a while."""
    with transaction.atomic():
        Stock.objects.select_for_update().get(variant__sku=sku)
        time.sleep(HELD_SECONDS)
    return ""


def test_what_is_canceled_behind_an_edit_is_the_order_as_it_was_edited(act: Act) -> None:
    conditions = {"min_subtotal": {"amount": 3_000, "currency": "GBP"}}
    promotion_id = offer(conditions=conditions)
    number = new_order(shopper(), ["SKU-0"], 1)["number"]

    _, edited, canceled = at_once(
        partial(held, "SKU-2"),
        later(0.1, partial(act, number, "edits", lines(s2=4))),
        later(0.4, partial(act, number, "cancel")),
    )

    assert (edited, canceled) == ("201", "200")
    assert Order.objects.get(number=number).discount > 0
    assert not Redemption.objects.filter(promotion_id=promotion_id).exists()
    assert_audit_finds_nothing()


def test_what_is_refunded_behind_an_edit_are_shares_of_the_lines_as_they_are(act: Act) -> None:
    number = paid_order(shopper())

    _, edited, refunded = at_once(
        partial(held, "SKU-2"),
        later(0.1, partial(act, number, "edits", lines(s2=1))),
        later(0.4, partial(act, number, "refunds")),
    )

    assert (edited, refunded) == ("201", "201")
    order = Order.objects.get(number=number)
    given_back = RefundItem.objects.filter(operation__payment__order=order)
    assert {item.line.sku for item in given_back if item.line} == {"SKU-2"}
    assert sum(item.amount for item in given_back) == order.total
    assert_audit_finds_nothing()


def test_an_edit_behind_a_refund_is_refused(act: Act) -> None:
    one = lines(s0=1)
    for _ in range(ROUNDS):
        number = paid_order(shopper())

        edited, refunded = at_once(
            partial(act, number, "edits", lines(s0=1, s1=2)), partial(act, number, "refunds", one)
        )

        assert (refunded, edited in {"201", "order_not_editable"}) == ("201", True)
    assert_audit_finds_nothing()


def test_an_edit_and_a_fulfillment_of_one_order_never_both_count_the_same_units(act: Act) -> None:
    for _ in range(ROUNDS):
        number = paid_order(shopper())

        edited, sent = at_once(
            partial(act, number, "edits", lines(s2=1)), partial(act, number, "fulfillments")
        )

        assert sent == "201"
        assert edited in {"201", "invalid_transition"}
        sold = dict(Order.objects.get(number=number).lines.values_list("sku", "fulfilled"))
        assert sold == ({"SKU-2": 1} if edited == "201" else {"SKU-0": 2, "SKU-1": 2})
    assert_audit_finds_nothing()


def test_an_edit_and_a_cancellation_of_one_order_leave_nothing_sold(act: Act) -> None:
    before = [stock_of(f"SKU-{number}") for number in range(3)]
    for _ in range(ROUNDS):
        number = paid_order(shopper())

        edited, canceled = at_once(
            partial(act, number, "edits", lines(s2=1)), partial(act, number, "cancel")
        )

        assert canceled == "200"
        assert edited in {"201", "invalid_transition"}
    assert [stock_of(f"SKU-{number}") for number in range(3)] == before
    assert_audit_finds_nothing()


@pytest.mark.parametrize("capture", ["automatic", "manual"])
def test_an_edit_and_a_capture_of_one_order_end_with_what_it_costs(
    act: Act, settings: Any, capture: str
) -> None:
    settings.PAYMENT_CAPTURE = capture
    for _ in range(ROUNDS):
        number = (
            new_order(shopper(), ["SKU-0"], 2)["number"]
            if capture == "automatic"
            else (paid_order(shopper()))
        )

        edited, captured = at_once(
            partial(act, number, "edits", lines(s2=1)), partial(act, number, "payments")
        )

        assert edited in {"201", "operation_in_progress"}
        assert captured == "201"
        order = Order.objects.get(number=number)
        assert (order.due, order.refundable) == (0, order.total)
    assert_audit_finds_nothing()


def test_of_edits_at_once_each_begins_with_what_the_last_one_left(act: Act) -> None:
    for _ in range(ROUNDS):
        number = paid_order(shopper())
        wanted = [lines(s2=1), lines(s3=2), lines(s2=2, s3=1), lines(s0=1)]

        told = at_once(*(partial(act, number, "edits", body) for body in wanted))

        assert Counter(told) == {"201": 4}
        assert OrderEdit.objects.filter(order__number=number).count() == 4
    assert_audit_finds_nothing()


def test_the_last_units_go_to_an_edit_or_to_a_checkout(act: Act) -> None:
    stock_variants(1, stock=1, prefix="LAST")
    numbers = [paid_order(shopper()) for _ in range(3)]
    body = {"items": [{"sku": "LAST-0", "quantity": 1}]}

    def check_out() -> str:
        try:
            new_checkout(shopper(), ["LAST-0"])
        except AssertionError as refused:
            return "insufficient_stock" if "insufficient_stock" in str(refused) else str(refused)
        return "201"

    told = at_once(*(partial(act, number, "edits", body) for number in numbers), check_out)

    assert Counter(told) == {"201": 1, "insufficient_stock": 3}
    on_hand, reserved = stock_of("LAST-0")
    assert on_hand == reserved
    assert_audit_finds_nothing()


def test_edits_that_change_which_promotions_apply_take_each_use_once(act: Act) -> None:
    conditions = {"min_subtotal": {"amount": 3_000, "currency": "GBP"}}
    offer(conditions=conditions, usage_limit=3, per_customer_limit=None)
    numbers = [new_order(shopper(), ["SKU-0"], 1)["number"] for _ in range(6)]

    told = at_once(*(partial(act, number, "edits", lines(s0=4)) for number in numbers))

    assert Counter(told) == {"201": 6}
    discounted = Order.objects.filter(number__in=numbers, discount__gt=0)
    assert discounted.count() == 3
    assert_audit_finds_nothing()

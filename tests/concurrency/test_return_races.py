"""What comes back comes back once: returns, refunds, withdrawals and completions at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from events.models import Event
from inventory.models import Movement
from orders.models import Order, RefundItem, Return
from orders.services import complete_orders
from tests.after_sales import act
from tests.concurrency.racing import at_once, code_of, shopper
from tests.concurrency.test_order_races import desk, given_back, paid_order
from tests.shop import items, offer_shipping, stock_of, stock_variants

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_deadlocks")]

ROUNDS = 4
ClientOf = Callable[..., APIClient]


@pytest.fixture
def staff(no_deadlocks: None, client_of: ClientOf) -> APIClient:
    offer_shipping()
    stock_variants(2, stock=100)
    return client_of(Role.MANAGER)


def sent_order(staff: APIClient, owner: APIClient, quantity: int = 1) -> Order:
    order = paid_order(owner, quantity)
    act(staff, order.number, "fulfillments")
    return order


def job(days: float) -> Callable[[], str]:
    """A run of the job that completes orders, so many days from now."""
    return lambda: f"completed {complete_orders(now=timezone.now() + timedelta(days=days))}"


def test_the_same_units_are_in_one_return(staff: APIClient) -> None:
    for _ in range(ROUNDS):
        owner = shopper()
        order = sent_order(staff, owner, 2)
        body = {"items": items(["SKU-1", "SKU-0"], 1)}
        reverse = {"items": items(["SKU-0", "SKU-1"], 1)}

        told = at_once(
            *[desk(owner, order, "returns", body)] * 3,
            *[desk(staff, order, "returns", reverse)] * 3,
        )

        assert Counter(told) == {"201": 2, "return_exceeds_fulfilled": 4}


def test_units_that_come_back_while_they_are_refunded_are_put_back_once(staff: APIClient) -> None:
    for _ in range(ROUNDS):
        owner = shopper()
        before = stock_of("SKU-0")[0]
        order = sent_order(staff, owner)
        one = {"items": items(["SKU-0"])}
        asked = act(owner, order.number, "returns", **one)
        act(staff, order.number, f"returns/{asked['id']}/approve")

        told = at_once(
            *[desk(staff, order, f"returns/{asked['id']}/receive", {"restock": True})] * 2,
            *[desk(staff, order, "refunds", {**one, "restock": True})] * 2,
            *[desk(staff, order, f"returns/{asked['id']}/refund", {})] * 2,
        )

        assert Counter(told[:2]) == {"200": 1, "invalid_transition": 1}
        units = RefundItem.objects.filter(line__order=order, line__sku="SKU-0")
        assert sum(units.values_list("quantity", flat=True)) == 1, told
        assert given_back(order) == 1_000
        back = Movement.objects.filter(order=order, kind="return", stock__variant__sku="SKU-0")
        assert sum(back.values_list("delta", flat=True)) == 1, told
        assert stock_of("SKU-0")[0] == before


def test_a_return_is_approved_or_rejected_and_received_once(staff: APIClient) -> None:
    for _ in range(ROUNDS):
        owner = shopper()
        order = sent_order(staff, owner)
        asked = act(owner, order.number, "returns", items=items(["SKU-0"]))
        path = f"returns/{asked['id']}"

        told = at_once(
            *[desk(staff, order, f"{path}/approve", {})] * 2,
            *[desk(staff, order, f"{path}/reject", {})] * 2,
            *[desk(staff, order, f"{path}/receive", {})] * 2,
        )

        coming = Return.objects.get(order=order)
        # What was approved can be rejected as long as it has not arrived.
        approved, rejected, received = (told[n : n + 2].count("200") for n in (0, 2, 4))
        assert set(told) <= {"200", "invalid_transition"}, told
        assert coming.status == {(1, 0, 0): "approved", (1, 0, 1): "received"}.get(
            (approved, rejected, received), "rejected"
        ), told
        assert rejected + received <= 1
        assert approved or rejected
        (line,) = order.lines.filter(sku="SKU-0")
        assert line.returned == received


def test_withdrawn_from_canceled_and_refunded_at_once_it_gives_back_everything_once(
    staff: APIClient,
) -> None:
    for _ in range(ROUNDS):
        owner = shopper()
        before = stock_of("SKU-0"), stock_of("SKU-1")
        order = paid_order(owner, 2)
        unit = {"items": items(["SKU-0"]), "restock": True}

        told = at_once(
            desk(owner, order, "withdrawal", {"confirm": True}),
            desk(staff, order, "cancel", {}),
            *[desk(staff, order, "refunds", unit)] * 2,
        )

        assert told[:2].count("200") == 1, told
        assert set(told) <= {
            "200", "201", "invalid_transition", "refund_exceeds_paid", "restock_exceeds_ordered"
        }, told  # fmt: skip
        order.refresh_from_db()
        assert (order.status, given_back(order)) == ("canceled", order.total)
        assert (stock_of("SKU-0"), stock_of("SKU-1")) == before


def test_what_is_withdrawn_from_is_sent_or_canceled_never_both(staff: APIClient) -> None:
    for _ in range(ROUNDS):
        owner = shopper()
        before = stock_of("SKU-0")
        order = paid_order(owner)

        told = at_once(
            desk(owner, order, "withdrawal", {"confirm": True}),
            *[desk(staff, order, "fulfillments", {})] * 2,
            desk(owner, order, "withdrawal", {"confirm": True}),
        )

        assert sum(answer == "200" for answer in told) == 1, told
        order.refresh_from_db()
        sent = set(order.lines.values_list("fulfilled", flat=True))
        if order.status == "canceled":
            assert (sent, given_back(order)) == ({0}, order.total)
            assert stock_of("SKU-0") == before
        else:
            assert (sent, given_back(order)) == ({1}, 0)
            coming = Return.objects.get(order=order)
            assert (coming.kind, coming.status) == ("withdrawal", "approved")


def test_withdrawn_from_at_once_it_is_acknowledged_once(staff: APIClient) -> None:
    for quantity in (1, 2):
        owner = shopper()
        order = paid_order(owner, quantity)
        act(staff, order.number, "fulfillments", items=items(["SKU-0"]))

        told = at_once(*[desk(owner, order, "withdrawal", {"confirm": True})] * 6)

        assert Counter(told) == {"200": 1, "withdrawal_exceeds_ordered": 5}
        assert Event.objects.filter(subject_id=order.pk, type="order.withdrawn").count() == 1
        assert Return.objects.filter(order=order).count() == 1


def test_an_order_is_completed_once_and_with_nothing_left_to_do(staff: APIClient) -> None:
    for _ in range(ROUNDS):
        owner = shopper()
        order = sent_order(staff, owner)
        one: dict[str, Any] = {"items": items(["SKU-0"])}

        told = at_once(
            job(15),
            desk(owner, order, "returns", one),
            job(15),
            desk(staff, order, "refunds", {"items": items(["SKU-1"])}),
            desk(staff, order, "hold", {}),
        )

        assert set(told) <= {
            "completed 0", "completed 1", "200", "201", "invalid_transition"
        }, told  # fmt: skip
        order.refresh_from_db()
        completed = Event.objects.filter(subject_id=order.pk, type="order.completed")
        assert completed.count() == (order.status == "completed")
        # A return that was asked for before keeps it open, one asked for later does not reopen it.
        events = Event.objects.filter(subject_id=order.pk).order_by("position")
        types = list(events.values_list("type", flat=True))
        if order.status == "completed" and "return.requested" in types:
            assert types.index("order.completed") < types.index("return.requested")
        assert not (order.status == "completed" and order.held_at)


def test_delivered_by_two_at_once_it_is_completed_once(staff: APIClient) -> None:
    for _ in range(ROUNDS):
        order = sent_order(staff, shopper())
        path = f"fulfillments/{order.fulfillments.get().pk}/deliver"

        told = at_once(*[desk(staff, order, path, {})] * 3, job(15))

        assert Counter(told[:3]) == {"200": 1, "invalid_transition": 2}
        assert Event.objects.filter(subject_id=order.pk, type="order.completed").count() == 1


def test_a_lookup_costs_no_lock(staff: APIClient) -> None:
    order = paid_order(shopper())
    body = {"number": order.number, "email": order.email}

    told = at_once(*[lambda: code_of(shopper().post("/api/v1/orders/lookup", body))] * 6)

    assert set(told) == {"202"}

"""An order that is canceled, refunded and captured at once gives back what was paid, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.domain import Role
from inventory.models import Movement
from orders.models import Order, RefundItem
from payments.models import LedgerEntry, Payment
from tests.concurrency.racing import assert_audit_finds_nothing, at_once, code_of, shopper
from tests.shop import DETAILS, new_checkout, offer_shipping, stock_of, stock_variants

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_deadlocks")]

ROUNDS = 6
PAID = {"payment": {"provider": "test", "token": "tok_success"}}
ClientOf = Callable[..., APIClient]


@pytest.fixture
def staff(no_deadlocks: None, client_of: ClientOf) -> APIClient:
    offer_shipping()
    stock_variants(2, stock=100)
    return client_of(Role.SUPPORT)


def paid_order(
    client: APIClient, quantity: int = 1, *, skus: tuple[str, ...] = ("SKU-0", "SKU-1")
) -> Order:
    checkout = new_checkout(client, skus, quantity)
    response = client.post(f"/api/v1/checkouts/{checkout['id']}/complete", PAID)
    assert response.status_code == 201, response.content
    return Order.objects.get(checkout_id=checkout["id"])


def given_back(order: Order) -> int:
    entries = LedgerEntry.objects.filter(payment__order=order, kind="refunded")
    return sum(entries.values_list("amount", flat=True))


def desk(user: APIClient, order: Order, action: str, body: dict[str, Any]) -> Callable[[], str]:
    """A clerk at a desk of their own."""
    clerk = shopper()
    clerk.raise_request_exception = True
    clerk.credentials(**user._credentials)
    return lambda: code_of(clerk.post(f"/api/v1/orders/{order.number}/{action}", body))


def test_refunds_at_once_never_give_back_more_than_was_paid(staff: APIClient) -> None:
    for _ in range(ROUNDS):
        order = paid_order(shopper())
        part = {"amount": {"amount": order.total // 3, "currency": "GBP"}}

        told = at_once(*[desk(staff, order, "refunds", part)] * 12)

        assert Counter(told) == {"201": 3, "refund_exceeds_paid": 9}
        assert given_back(order) == 3 * (order.total // 3)
        assert Payment.objects.get(order=order).refunding == 0


def test_units_restocked_at_once_come_back_once(staff: APIClient) -> None:
    for _ in range(ROUNDS):
        order = paid_order(shopper(), 2)
        before = stock_of("SKU-0")
        body = {"items": [{"sku": "SKU-0", "quantity": 2}], "restock": True}
        reverse = {
            "items": [{"sku": "SKU-1", "quantity": 1}, {"sku": "SKU-0", "quantity": 1}],
            "restock": True,
        }

        told = at_once(
            *[desk(staff, order, "refunds", body)] * 6,
            *[desk(staff, order, "refunds", reverse)] * 6,
        )

        assert set(told) <= {"201", "refund_exceeds_ordered", "refund_exceeds_paid"}, told
        (line,) = order.lines.filter(sku="SKU-0")
        refunded = RefundItem.objects.filter(line=line).values_list("quantity", flat=True)
        assert sum(refunded) == line.quantity
        returned = Movement.objects.filter(order=order, kind="return", stock__variant__sku="SKU-0")
        assert sum(returned.values_list("delta", flat=True)) == 2
        assert stock_of("SKU-0") == (before[0] + 2, 0)
        assert given_back(order) <= order.total


def test_canceling_and_refunding_at_once_give_back_everything_once(staff: APIClient) -> None:
    for _ in range(ROUNDS):
        owner = shopper()
        before = stock_of("SKU-0"), stock_of("SKU-1")
        order = paid_order(owner, 2)
        by_owner = desk(owner, order, "cancel", {})
        part = {"amount": {"amount": 500, "currency": "GBP"}}

        told = at_once(
            by_owner,
            desk(staff, order, "cancel", {}),
            *[desk(staff, order, "refunds", part)] * 6,
            *[desk(staff, order, "refunds", {})] * 2,
        )

        assert Counter(told[:2]) == {"200": 1, "invalid_transition": 1}
        assert set(told[2:]) <= {"201", "refund_exceeds_paid"}, told
        assert given_back(order) == order.total
        order.refresh_from_db()
        assert (order.status, order.payment_status) == ("canceled", "refunded")
        assert (stock_of("SKU-0"), stock_of("SKU-1")) == before


def test_money_recorded_at_once_is_never_more_than_is_due(staff: APIClient) -> None:
    for _ in range(ROUNDS):
        owner = shopper()
        checkout = new_checkout(owner, ["SKU-0"])
        done = owner.post(
            f"/api/v1/checkouts/{checkout['id']}/complete", {"payment": {"provider": "manual"}}
        )
        order = Order.objects.get(number=done.json()["order"]["number"])

        told = at_once(*[desk(staff, order, "payments", {})] * 10)

        assert told.count("201") == 1, told
        refused = {"201", "nothing_to_capture", "payment_operation_in_progress"}
        assert set(told) <= refused, told
        order.refresh_from_db()
        assert order.payment_status == "paid"
        assert Payment.objects.get(order=order).captured == order.total


def test_two_who_send_the_last_units_at_once_send_them_once(
    staff: APIClient, client_of: ClientOf
) -> None:
    packer = client_of(Role.FULFILLMENT)
    for _ in range(ROUNDS):
        order = paid_order(shopper(), 2)
        body = {"items": [{"sku": "SKU-1", "quantity": 1}, {"sku": "SKU-0", "quantity": 1}]}

        told = at_once(*[desk(packer, order, "fulfillments", body)] * 8)

        assert Counter(told) == {"201": 2, "fulfillment_exceeds_ordered": 6}
        assert set(order.lines.values_list("fulfilled", flat=True)) == {2}
        order.refresh_from_db()
        assert order.fulfillment_status == "fulfilled"


def test_units_are_sent_or_given_back_never_both(staff: APIClient, client_of: ClientOf) -> None:
    packer = client_of(Role.FULFILLMENT)
    whole = {"items": [{"sku": sku, "quantity": 1} for sku in ("SKU-0", "SKU-1")]}
    for _ in range(ROUNDS):
        order = paid_order(shopper())
        before = stock_of("SKU-0")

        told = at_once(
            desk(packer, order, "fulfillments", whole),
            desk(staff, order, "cancel", {}),
            desk(packer, order, "fulfillments", whole),
            desk(staff, order, "refunds", {**whole, "restock": True}),
        )

        order.refresh_from_db()
        sent = set(order.lines.values_list("fulfilled", flat=True))
        back = stock_of("SKU-0")[0] - before[0]
        assert (sent, back) in [({0}, 1), ({1}, 0), ({1}, 1)], told
        if (sent, back) == ({1}, 1):  # refunded and put back after it was sent
            assert order.status == "open"
            assert RefundItem.objects.filter(line__order=order).count() == 2


def test_a_unit_comes_back_or_is_refunded_never_twice(
    staff: APIClient, client_of: ClientOf
) -> None:
    packer = client_of(Role.FULFILLMENT)
    one = {"items": [{"sku": "SKU-0", "quantity": 1}]}
    for _ in range(ROUNDS):
        order = paid_order(shopper())
        packer.post(f"/api/v1/orders/{order.number}/fulfillments", {})

        told = at_once(
            *[desk(staff, order, "returns", one)] * 4, *[desk(staff, order, "refunds", one)] * 4
        )

        assert sum(answer == "201" for answer in told[4:]) == 1, told
        asked = sum(answer == "201" for answer in told[:4])
        # Asked for first, the same unit can be refunded while it is on its way.
        assert asked <= 1, told
        assert set(told) <= {"201", "return_exceeds_fulfilled", "refund_exceeds_ordered"}, told


def test_money_is_captured_or_released_never_both(staff: APIClient, settings: Any) -> None:
    settings.PAYMENT_CAPTURE = "manual"
    for _ in range(ROUNDS):
        order = paid_order(shopper())
        part = {"amount": {"amount": 500, "currency": "GBP"}}

        told = at_once(
            desk(staff, order, "payments", {}),
            desk(staff, order, "cancel", {}),
            desk(staff, order, "payments", part),
            desk(staff, order, "cancel", {}),
        )

        canceled, captured = told[1::2].count("200"), told[::2].count("201")
        assert (canceled, captured) in {(1, 0), (0, 1), (1, 1)}, told
        refused = {"nothing_to_capture", "payment_operation_in_progress", "invalid_transition"}
        assert set(told) <= {"200", "201", *refused}, told
        order.refresh_from_db()
        payment = Payment.objects.get(order=order)
        assert payment.authorized == order.total == payment.captured + payment.voided
        if order.status == "canceled":
            assert payment.captured == payment.refunded == given_back(order)
            assert order.payment_status == ("refunded" if captured else "voided")
        else:
            assert (payment.captured, payment.refunded) != (0, 0)


def test_what_was_sent_arrives_or_is_taken_back_never_both(
    staff: APIClient, client_of: ClientOf
) -> None:
    packer = client_of(Role.FULFILLMENT)
    for _ in range(ROUNDS):
        order = paid_order(shopper())
        sent = packer.post(f"/api/v1/orders/{order.number}/fulfillments", {}).json()
        path = f"fulfillments/{sent['fulfillments'][0]['id']}"

        told = at_once(
            *[desk(packer, order, f"{path}/deliver", {})] * 2,
            *[desk(packer, order, f"{path}/cancel", {})] * 2,
        )

        assert Counter(told) == {"200": 1, "invalid_transition": 3}
        order.refresh_from_db()
        arrived = "200" in told[:2]
        assert order.status == ("completed" if arrived else "open")
        assert order.fulfillment_status == ("fulfilled" if arrived else "unfulfilled")
        assert set(order.lines.values_list("fulfilled", flat=True)) == {int(arrived)}


def test_what_is_asked_back_has_been_sent_and_is_not_taken_back(
    staff: APIClient, client_of: ClientOf
) -> None:
    packer = client_of(Role.FULFILLMENT)
    one = {"items": [{"sku": "SKU-0", "quantity": 1}]}
    for _ in range(ROUNDS):
        owner = shopper()
        order = paid_order(owner)
        sent = packer.post(f"/api/v1/orders/{order.number}/fulfillments", {}).json()
        path = f"fulfillments/{sent['fulfillments'][0]['id']}/cancel"

        told = at_once(
            desk(owner, order, "returns", one),
            desk(packer, order, path, {}),
            desk(staff, order, "returns", one),
        )

        assert sum(answer in {"200", "201"} for answer in told) == 1, told
        assert set(told) <= {"200", "201", "return_exceeds_fulfilled", "invalid_transition"}, told


def test_a_unit_that_is_put_back_is_held_for_one(staff: APIClient) -> None:
    for number in range(ROUNDS):
        (sku,) = stock_variants(1, stock=1, prefix=f"LAST-{number}")
        order = paid_order(shopper(), skus=(sku,))
        refund = {"items": [{"sku": sku, "quantity": 1}], "restock": True}

        told = at_once(
            desk(staff, order, "refunds", refund),
            desk(staff, order, "cancel", {}),
            *[partial(checkout_of, sku)] * 4,
        )

        assert told[0] in {"201", "refund_exceeds_paid"}, told
        assert told[1] in {"200", "invalid_transition"}, told
        assert set(told[2:]) <= {"201", "insufficient_stock"}, told
        held = told[2:].count("201")
        assert held <= 1
        assert stock_of(sku) == (1, held)


def checkout_of(sku: str) -> str:
    """What someone is told who wants to buy a unit."""
    client = shopper()
    cart = client.post("/api/v1/carts", {"items": [{"sku": sku, "quantity": 1}]}).json()
    client.credentials(HTTP_CART_TOKEN=cart["token"])
    return code_of(client.post("/api/v1/checkouts", {"cart_id": cart["id"], **DETAILS}))


def test_shares_of_refunds_at_once_add_up_to_what_was_charged(
    staff: APIClient, settings: Any
) -> None:
    settings.TAX_RATE = Decimal("0.0333")
    for _ in range(ROUNDS):
        order = paid_order(shopper(), quantity=3)
        unit = {"items": [{"sku": "SKU-0", "quantity": 1}]}
        part = {"amount": {"amount": 333, "currency": "GBP"}}

        told = at_once(
            *[desk(staff, order, "refunds", unit)] * 4,
            *[desk(staff, order, "refunds", part)] * 3,
            desk(staff, order, "cancel", {}),
        )

        assert set(told) <= {
            "200", "201", "refund_exceeds_ordered", "refund_exceeds_paid"
        }, told  # fmt: skip
        assert told[-1] == "200"
        items = RefundItem.objects.filter(operation__payment__order=order)
        assert sum(item.tax for item in items) == order.tax
        assert sum(item.amount for item in items) == order.total == given_back(order)
        for line in order.lines.all():
            shares = [item for item in items if item.line_id == line.id]
            assert sum(item.price for item in shares) == line.unit_price * line.quantity
            assert sum(item.tax for item in shares) == line.tax
    assert_audit_finds_nothing()

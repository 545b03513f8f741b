"""What the database derives of an order is right after whatever happened to it at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from rest_framework.test import APIClient

from accounts.domain import Role
from core.db.transactions import use_case
from orders.models import Order, SearchText
from orders.selectors import search_condition
from tests.concurrency.racing import at_once, code_of, shopper
from tests.shop import ADDRESS, offer_shipping, paid_order, stock_variants

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_deadlocks")]

ROUNDS = 3
ClientOf = Callable[..., APIClient]


@use_case
def move_to(order: Order, city: str) -> str:
    locked = Order.objects.locked().get(pk=order.pk)
    locked.shipping_address = locked.billing_address = {**ADDRESS, "city": city}
    locked.save(update_fields=["shipping_address", "billing_address"])
    return city


def test_payment_status_and_search_follow_what_happens_at_once(
    no_deadlocks: None, client_of: ClientOf
) -> None:
    offer_shipping()
    stock_variants(2, stock=100)
    staff = client_of(Role.ADMIN)
    for _ in range(ROUNDS):
        order = Order.objects.get(number=paid_order(shopper()))
        path = f"/api/v1/orders/{order.number}"

        def post(action: str, body: dict[str, object], path: str = path) -> Callable[[], str]:
            clerk = shopper()
            clerk.credentials(**staff._credentials)
            return lambda: code_of(clerk.post(f"{path}/{action}", body))

        told = at_once(
            post("refunds", {"items": [{"sku": "SKU-0", "quantity": 1}]}),
            post("refunds", {"amount": {"amount": 100, "currency": "GBP"}}),
            post("fulfillments", {"items": [{"sku": "SKU-1", "quantity": 1}]}),
            partial(move_to, order, "Ulm"),
            partial(move_to, order, "Graz"),
        )

        assert told == ["201", "201", "201", "Ulm", "Graz"]
        now = Order.objects.get(pk=order.pk)
        assert (now.payment_status, now.fulfillment_status) == (
            now.payments.get().status,
            "partially_fulfilled",
        )
        assert now.payment_status == "partially_refunded"
        city = now.shipping_address["city"]
        assert Order.objects.filter(search_condition(f"{now.number} {city}")).get() == now
        other = {"Ulm": "graz", "Graz": "ulm"}[city]
        assert other not in SearchText.objects.get(order=now).text

"""The lines of a checkout change while it is completed and others want the same units."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from rest_framework.test import APIClient

from orders.models import Order
from tests.concurrency.racing import assert_audit_finds_nothing, at_once, code_of, shopper
from tests.shop import MANUAL, new_checkout, offer_shipping, stock_of, stock_variants

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_deadlocks")]

SKUS = ["SKU-0", "SKU-1", "SKU-2"]


@pytest.fixture(autouse=True)
def stock(no_deadlocks: None) -> None:
    offer_shipping()
    stock_variants(len(SKUS), stock=60)


def replaced(
    client: APIClient,
    checkout: dict[str, Any],
    units: dict[str, int],
    headers: dict[str, str] | None = None,
) -> str:
    items = [{"sku": sku, "quantity": count} for sku, count in units.items()]
    path = f"/api/v1/checkouts/{checkout['id']}"
    return code_of(client.patch(path, {"items": items}, headers=headers))


def completed(client: APIClient, checkout: dict[str, Any]) -> str:
    return code_of(client.post(f"/api/v1/checkouts/{checkout['id']}/complete", MANUAL))


def begun(skus: list[str]) -> str:
    items = [{"sku": sku, "quantity": 1} for sku in skus]
    body = {"items": items, "email": "ada@example.com"}
    return code_of(shopper().post("/api/v1/checkouts", body))


def test_changes_and_completion_at_once_sell_what_was_held_and_no_unit_twice() -> None:
    for _ in range(4):
        before = {sku: stock_of(sku) for sku in SKUS}
        buyers = [(client := shopper(), new_checkout(client, SKUS[:2], 2)) for _ in range(4)]

        told = at_once(
            *[partial(replaced, *buyer, {"SKU-2": 1, "SKU-0": 3}) for buyer in buyers],
            *[partial(replaced, *buyer, {"SKU-1": 1, "SKU-2": 2}) for buyer in buyers],
            *[partial(completed, *buyer) for buyer in buyers],
            *[partial(begun, SKUS[:: 1 if number % 2 else -1]) for number in range(4)],
        )

        assert set(told) <= {"200", "201", "checkout_completed"}, told
        orders = Order.objects.filter(checkout__in=[checkout["id"] for _, checkout in buyers])
        sold = dict.fromkeys(SKUS, 0)
        for order in orders.prefetch_related("lines"):
            lines = {line.sku: line.quantity for line in order.lines.all()}
            assert lines in (
                {"SKU-0": 2, "SKU-1": 2}, {"SKU-0": 3, "SKU-2": 1}, {"SKU-1": 1, "SKU-2": 2},
            )  # fmt: skip
            for sku, units in lines.items():
                sold[sku] += units
        assert orders.count() == 4
        for sku in SKUS:
            assert stock_of(sku) == (before[sku][0] - sold[sku], before[sku][1] + 4)


def test_of_two_tabs_that_saw_the_same_lines_one_changes_them() -> None:
    for _ in range(4):
        client = shopper()
        checkout = new_checkout(client, SKUS[:1])
        seen = {"If-Match": f'"{checkout["version"]}"'}
        before = {sku: stock_of(sku) for sku in SKUS}

        wanted = [{"SKU-0": 2, "SKU-1": 1}, {"SKU-2": 3}, {"SKU-1": 4}]
        told = at_once(*[partial(replaced, client, checkout, units, seen) for units in wanted])

        assert sorted(told) == ["200", "version_mismatch", "version_mismatch"]
        held = wanted[told.index("200")]
        lines = client.get(f"/api/v1/checkouts/{checkout['id']}").json()["items"]
        assert {line["sku"]: line["quantity"] for line in lines} == held
        for sku in SKUS:
            own = before[sku][1] - (1 if sku == "SKU-0" else 0)
            assert stock_of(sku) == (before[sku][0], own + held.get(sku, 0))


def test_who_changes_lines_in_opposite_orders_gets_all_units_or_none() -> None:
    """Two checkouts each want the other's units too; there are not enough for both."""
    stock_variants(2, stock=3, prefix="RARE")
    first, second = shopper(), shopper()
    mine, theirs = new_checkout(first, ["RARE-0"], 2), new_checkout(second, ["RARE-1"], 2)

    told = at_once(
        partial(replaced, first, mine, {"RARE-0": 2, "RARE-1": 2}),
        partial(replaced, second, theirs, {"RARE-1": 2, "RARE-0": 2}),
    )

    assert told == ["insufficient_stock", "insufficient_stock"]
    assert (stock_of("RARE-0"), stock_of("RARE-1")) == ((3, 2), (3, 2))
    assert_audit_finds_nothing()

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.domain import Role
from catalog.serializers.stock import AdjustmentOutput, LevelOutput
from inventory.models import Movement, Stock
from tests.catalog import product

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]
STOCK = "/api/v1/variants/MUG/stock"
ADJUSTMENTS = "/api/v1/variants/MUG/stock-adjustments"


@pytest.fixture(autouse=True)
def mug() -> None:
    product("Mug")
    Stock.objects.update(reserved=4)


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.FULFILLMENT, Role.MANAGER, Role.ADMIN])
def test_staff_reads_stock(
    client_of: ClientOf, role: Role, assert_statements: Callable[[int], Any]
) -> None:
    client = client_of(role)

    with assert_statements(2):  # one of them asks what the caller's roles are now
        response = client.get(STOCK)

    assert response.status_code == 200
    assert response.json() == {"sku": "MUG", "on_hand": 10, "reserved": 4, "available": 6}
    assert set(response.json()) == set(LevelOutput().fields)


def test_stock_is_not_for_customers(client: APIClient, client_of: ClientOf) -> None:
    assert client.get(STOCK).status_code == 401
    assert client_of(Role.CUSTOMER).get(STOCK).status_code == 403


@pytest.mark.parametrize("role", [Role.FULFILLMENT, Role.MANAGER])
def test_stock_is_corrected_by_who_handles_it(client_of: ClientOf, role: Role) -> None:
    client = client_of(role)

    response = client.post(ADJUSTMENTS, {"delta": -6, "reason": "broken"})

    assert response.status_code == 201, response.content
    body = response.json()
    assert set(body) == set(AdjustmentOutput().fields)
    assert (body["delta"], body["reason"]) == (-6, "broken")
    assert (body["on_hand"], body["reserved"], body["available"]) == (4, 4, 0)
    movement = Movement.objects.get(kind="adjustment")
    assert (str(movement.id), movement.actor_id) == (body["id"], client.user_id)


def test_support_and_customers_do_not_correct_stock(client: APIClient, client_of: ClientOf) -> None:
    body = {"delta": 1, "reason": "found"}

    assert client.post(ADJUSTMENTS, body).status_code == 401
    assert client_of(Role.CUSTOMER).post(ADJUSTMENTS, body).status_code == 403
    assert client_of(Role.SUPPORT).post(ADJUSTMENTS, body).status_code == 403


def test_reserved_units_cannot_be_corrected_away(client_of: ClientOf) -> None:
    response = client_of(Role.MANAGER).post(ADJUSTMENTS, {"delta": -7, "reason": "lost"})

    assert response.status_code == 409
    assert response.json()["code"] == "insufficient_stock"
    assert response.json()["items"] == [{"sku": "MUG", "requested": 7, "available": 6}]
    assert Stock.objects.get().on_hand == 10


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"delta": 0, "reason": "a"}, "/delta"),
        ({"delta": 1.5, "reason": "a"}, "/delta"),
        ({"delta": "1", "reason": "a"}, "/delta"),
        ({"delta": 10**9, "reason": "a"}, "/delta"),
        ({"delta": True, "reason": "a"}, "/delta"),
        ({"delta": 1}, "/reason"),
        ({"delta": 1, "reason": ""}, "/reason"),
        ({"delta": 1, "reason": "a\0"}, "/reason"),
        ({"delta": 1, "reason": "é" * 256}, "/reason"),
        ({"delta": 1, "reason": "a", "on_hand": 5}, "/on_hand"),
    ],
)
def test_a_correction_that_makes_no_sense_is_refused(
    client_of: ClientOf, body: dict[str, Any], pointer: str
) -> None:
    response = client_of(Role.MANAGER).post(ADJUSTMENTS, body)

    assert response.status_code == 400
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    assert not Movement.objects.filter(kind="adjustment").exists()


@pytest.mark.parametrize("sku", ["NO-SUCH", "a%00b", "x" * 3_000])
def test_an_unknown_variant_has_no_stock(client_of: ClientOf, sku: str) -> None:
    manager = client_of(Role.MANAGER)

    assert manager.get(f"/api/v1/variants/{sku}/stock").status_code == 404
    response = manager.post(
        f"/api/v1/variants/{sku}/stock-adjustments", {"delta": 1, "reason": "found"}
    )
    assert response.status_code == 404


def test_a_repeated_correction_counts_once(client_of: ClientOf) -> None:
    manager = client_of(Role.MANAGER)
    for _ in range(2):
        manager.post(
            ADJUSTMENTS, {"delta": 5, "reason": "found"}, headers={"Idempotency-Key": "once"}
        )

    assert Stock.objects.get().on_hand == 15

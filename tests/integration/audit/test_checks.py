"""Each check sees its own kind of corrupted data, and no check goes unproved."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from core.db.invariants import declared_checks, run_checks
from tests.images import encoded, send
from tests.integration.audit.busy_shop import ClientOf, new_client, pay
from tests.integration.audit.corruptions import CORRUPTIONS, Corruption
from tests.promotions import offer
from tests.shop import new_checkout, new_order, offer_shipping, stock_variants

pytestmark = pytest.mark.django_db


WITH_TRIGGERS = (
    "inventory_movement", "payments_ledgerentry", "events_event", "catalog_price",
    "catalog_pricechange", "pricing_pricelist", "invoices_invoice", "invoices_rendering",
    "orders_orderedit",
)  # fmt: skip


@pytest.fixture
def records(client: APIClient, client_of: ClientOf) -> None:
    """A shop with an order of each kind, a payment in progress and a checkout that waits."""
    offer_shipping()
    stock_variants(2, stock=50)
    offer(usage_limit=100, per_customer_limit=100)
    buyer = client_of()
    canceled = new_order(buyer, ["SKU-0"])["number"]
    assert buyer.post(f"/api/v1/orders/{canceled}/cancel", {}).status_code == 200
    pay(new_client(), ["SKU-0", "SKU-1"], "tok_success", 2)
    refunded = pay(new_client(), ["SKU-1"], "tok_success", 2)["order"]["number"]
    part = {"items": [{"sku": "SKU-1", "quantity": 1}], "restock": True}
    response = client_of(Role.SUPPORT).post(f"/api/v1/orders/{refunded}/refunds", part)
    assert response.status_code == 201
    edited = new_order(new_client(), ["SKU-0"], 4)["number"]
    for units in (3, 1):
        lines = {"items": [{"sku": "SKU-1", "quantity": units}]}
        response = client_of(Role.SUPPORT).post(f"/api/v1/orders/{edited}/edits", lines)
        assert response.status_code == 201
    pay(new_client(), ["SKU-0"], "tok_timeout", status=202)
    new_checkout(client, ["SKU-1"])
    staff = client_of(Role.MANAGER)
    assert send(staff, "products/thing-sku", encoded()).status_code == 201
    assert staff.get(f"/api/v1/orders/{refunded}/invoice").status_code == 200


def violated() -> dict[str, int]:
    """The checks that find something ten minutes from now, and how much."""
    now = timezone.now() + timedelta(minutes=10)
    found = run_checks(declared_checks(), now=now, examples=1)
    return {finding.check: finding.violations for finding in found if finding.violations}


@pytest.mark.usefixtures("records")
def test_each_check_sees_its_corruption(subtests: pytest.Subtests) -> None:
    assert violated() == {}
    for corruption in CORRUPTIONS:
        with subtests.test(corruption.check, sql=corruption.sql):
            assert corruption.check in violated_by(corruption)
    assert violated() == {}


def test_every_check_is_proved() -> None:
    assert {check.name for check in declared_checks()} == {each.check for each in CORRUPTIONS}


def violated_by(corruption: Corruption) -> dict[str, int]:
    """What is violated by it; afterwards the data is as it was."""
    with transaction.atomic():
        drop_constraint(corruption.without)
        let_ledgers_be_rewritten()
        with connection.cursor() as cursor:
            cursor.execute(corruption.sql)
            assert cursor.rowcount > 0, corruption.sql
        found = violated()
        transaction.set_rollback(True)
    return found


def let_ledgers_be_rewritten() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in WITH_TRIGGERS:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")


def drop_constraint(name: str) -> None:
    """`table.constraint`, or `table.unique:column` for one that Django has named."""
    if not name:
        return
    table, constraint = name.split(".")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        if constraint.startswith("unique:"):
            column = constraint.removeprefix("unique:")
            found = connection.introspection.get_constraints(cursor, table).items()
            (constraint,) = (
                each for each, about in found if about["unique"] and about["columns"] == [column]
            )
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")

"""What happened is not rewritten, by any client."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from rest_framework.test import APIClient

from tests.integration.audit.busy_shop import ClientOf, new_client, pay
from tests.shop import offer_shipping, stock_variants

pytestmark = pytest.mark.django_db

LEDGERS = {
    "inventory_movement": ["delta = delta + 1", "order_id = NULL", "kind = 'adjustment'"],
    "payments_ledgerentry": ["amount = amount + 1", "reference = 'another'"],
    "events_event": ["type = 'order.lost'", "data = '{}'", "subject_id = gen_random_uuid()"],
}
REWRITINGS = [
    *(f"DELETE FROM {table}" for table in LEDGERS),
    *(f"UPDATE {table} SET {change}" for table, changes in LEDGERS.items() for change in changes),
]
FORGETTINGS = [
    "UPDATE inventory_movement SET reason = '', actor_id = NULL",
    'UPDATE events_event SET data = data || \'{"reason": ""}\', actor_id = NULL',
]


@pytest.fixture
def records(client: APIClient, client_of: ClientOf) -> None:
    offer_shipping()
    stock_variants(1, stock=50)
    pay(new_client(), ["SKU-0"], "tok_success")


def rows_of(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.rowcount


@pytest.mark.usefixtures("records")
def test_no_ledger_is_rewritten(subtests: pytest.Subtests) -> None:
    for statement in REWRITINGS:
        with (
            subtests.test(statement),
            pytest.raises(IntegrityError, match="only grows"),
            transaction.atomic(),
        ):
            rows_of(statement)


@pytest.mark.usefixtures("records")
def test_who_did_it_and_why_can_be_forgotten(subtests: pytest.Subtests) -> None:
    for statement in FORGETTINGS:
        with subtests.test(statement):
            assert rows_of(statement) > 0

"""Migrations that the previous release can go on selling through: docs/adr/0072."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.test import override_settings

from tests.architecture.migrations import problems_of

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
FOREIGN_KEY = "adding-foreign-key-constraint"
CONSTRAINT = "constraint-missing-not-valid"
PLAIN_INDEX = "require-concurrent-index-creation"
# Rules that a migration breaks without harm, and why. Those until 2026-11-25 are of the time before
# the first release, when no shop ran.
ACCEPTED = {
    "accounts.0007_closed_accounts": {PLAIN_INDEX},
    "carts.0002_merged_into": {FOREIGN_KEY, PLAIN_INDEX},
    "catalog.0002_amounts_are_bounded": {CONSTRAINT},
    "checkout.0002_amounts_are_bounded": {CONSTRAINT},
    "checkout.0004_bounded_holding": {PLAIN_INDEX},
    "inventory.0003_lapsed_reservations_are_found": {FOREIGN_KEY, CONSTRAINT, PLAIN_INDEX},
    # One operation all the same, and concurrent: Django has none for a unique index.
    "events.0004_chain_never_forks": {"one-concurrent-operation"},
    "orders.0002_payment_status_is_read": {"ban-drop-column"},
    # The previous release adds up the units of each line and never looks for the empty one.
    "orders.0014_refund_shares": {"ban-drop-not-null"},
}

INDEX = models.Index(fields=["email"], name="orders_new_index")
CHECK = models.CheckConstraint(condition=models.Q(total__gte=0), name="orders_new_check")


def loaded() -> MigrationLoader:
    return MigrationLoader(connection, replace_migrations=False)


@pytest.mark.django_db(transaction=True)
def test_no_new_migration_stops_a_running_shop() -> None:
    loader = loaded()
    ours = {app.label for app in apps.get_app_configs() if (ROOT / app.name.split(".")[0]).is_dir()}
    broken = {}
    for key, migration in loader.disk_migrations.items():
        if key[0] in ours:
            found = set(problems_of(migration, loader.project_state(key, at_end=False)))
            if found != ACCEPTED.get(".".join(key), set()):
                broken[".".join(key)] = found
    assert broken == {}, "see CONTRIBUTING.md, a migration"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "name", ["next_1_columns", "next_2_index", "next_3_constraint", "next_4_validated"]
)
def test_what_contributing_recommends_passes(name: str) -> None:
    with override_settings(MIGRATION_MODULES={"orders": "tests.next_release.orders"}):
        loader = loaded()
    key = ("orders", name)
    assert problems_of(loader.disk_migrations[key], loader.project_state(key, at_end=False)) == []


@pytest.mark.parametrize(
    ("operation", "rule"),
    [
        (
            migrations.AddField("order", "channel", models.CharField(max_length=20, default="web")),
            "db-default",
        ),
        (migrations.AddIndex("order", INDEX), PLAIN_INDEX),
        (migrations.AddConstraint("order", CHECK), CONSTRAINT),
        (
            migrations.AddField(
                "order", "gift_of", models.ForeignKey("accounts.User", models.CASCADE, null=True)
            ),
            FOREIGN_KEY,
        ),
        (migrations.RemoveField("order", "cancel_reason"), "ban-drop-column"),
        (migrations.RenameField("order", "cancel_reason", "reason"), "renaming-column"),
        (migrations.AlterModelTable("order", "sales"), "renaming-table"),
        (migrations.DeleteModel("refunditem"), "ban-drop-table"),
        (
            migrations.AlterField("order", "cancel_reason", models.TextField(null=False)),
            "changing-column-type",
        ),
        (
            migrations.AlterField("order", "canceled_at", models.DateTimeField()),
            "adding-not-nullable-field",
        ),
    ],
)
def test_what_would_stop_a_shop_is_refused(
    operation: migrations.operations.base.Operation, rule: str
) -> None:
    migration = migrations.Migration("bad", "orders")
    migration.operations = [operation]
    assert rule in problems_of(migration, loaded().project_state())


def test_without_a_transaction_there_is_one_operation_that_can_be_done_again() -> None:
    migration = migrations.Migration("bad", "orders")
    migration.operations = [
        migrations.AddField("order", "gift_note", models.CharField(max_length=20, null=True)),
    ]
    migration.atomic = False
    assert problems_of(migration, loaded().project_state()) == ["one-concurrent-operation"]

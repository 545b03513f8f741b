"""Migrations that are either done and recorded or not done, even when killed at any moment."""

from __future__ import annotations

from typing import Any

from django.core.management.sql import emit_pre_migrate_signal
from django.db import transaction
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

from core.db.timeouts import UNLIMITED

Plan = list[tuple[Migration, bool]]


class RecordingExecutor(MigrationExecutor):
    """Records a migration in the transaction that performs it.

    Django does so only when a migration defers no SQL. One that adds a foreign key is
    committed first and recorded afterwards: killed in between, every later start fails
    because "relation already exists".
    """

    def pending(self) -> Plan:
        """Return the migrations that the database lacks, in order."""
        return self.migration_plan(self.loader.graph.leaf_nodes())

    def perform(self, plan: Plan) -> None:
        """Apply `plan`; those before the first that fails stay. Raises `DatabaseError`."""
        alias = self.connection.alias
        emit_pre_migrate_signal(verbosity=0, interactive=False, db=alias, plan=plan)
        self.migrate(self.loader.graph.leaf_nodes(), plan)

    def apply_migration(
        self, state: ProjectState, migration: Migration, *args: Any, **options: Any
    ) -> ProjectState:
        """Apply it whole, unless the migration says that it cannot run in a transaction."""
        if not migration.atomic:
            return super().apply_migration(state, migration, *args, **options)
        with transaction.atomic(using=self.connection.alias):
            with self.connection.cursor() as cursor:
                cursor.execute(UNLIMITED)
            return super().apply_migration(state, migration, *args, **options)

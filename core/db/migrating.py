"""Migrations that a running shop survives, and that are either recorded or not done.

One that was killed at any moment is performed anew. One that waits for a lock waits for
moments only, because every request that needs the same table queues behind it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.core.management.sql import emit_pre_migrate_signal
from django.db import OperationalError, connection, transaction
from django.db.migrations import Migration, RunPython
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState
from psycopg import Connection
from psycopg import errors as pg

from core.db.timeouts import UNLIMITED

LOCK_TIMEOUT = "500ms"
# A table that is always in use is tried for some four minutes.
ATTEMPTS = 100
PAUSE_SECONDS = 2.0
TURN_SECONDS = 0.2
# The key of the advisory lock is the first bytes of "congocart".
_TRY_LOCK = f"SELECT pg_try_advisory_xact_lock({int.from_bytes(b'congoca')})"

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
        """Apply it whole, waiting for no lock longer than `LOCK_TIMEOUT`.

        One that builds an index or validates a constraint outside of a transaction waits as long
        as it takes, and no request waits for that; one that changes rows holds some meanwhile.
        """
        if migration.atomic:
            with transaction.atomic(using=self.connection.alias):
                self._execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'; {UNLIMITED}")
                return super().apply_migration(state, migration, *args, **options)
        changes_rows = any(isinstance(each, RunPython) for each in migration.operations)
        lock_timeout = LOCK_TIMEOUT if changes_rows else "0"
        self._execute(f"SET lock_timeout = '{lock_timeout}'; SET statement_timeout = 0")
        after = super().apply_migration(state, migration, *args, **options)
        self._execute("RESET lock_timeout; RESET statement_timeout")
        return after

    def _execute(self, sql: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(sql)


def migrate(say: Callable[[str], None]) -> bool:
    """Apply what is pending and return whether anything was, telling the progress to `say`.

    A lock that is not to be had is tried for again after a pause, in which the requests that
    queued behind it are served. Raises `DatabaseError`, the last lock that was not had included.
    """
    for attempt in range(ATTEMPTS):
        # Anew each time, because a failed attempt leaves the state of the models half-way.
        executor = RecordingExecutor(connection)
        plan = executor.pending()
        if not plan:
            return attempt > 0
        if attempt == 0:
            say(f"migrating the database ({len(plan)} steps)")
        try:
            executor.perform(plan)
        except OperationalError as error:
            given_up = attempt + 1 == ATTEMPTS
            if given_up or not isinstance(
                error.__cause__, pg.LockNotAvailable | pg.DeadlockDetected
            ):
                raise
            say("a table is in use; trying again")
            time.sleep(PAUSE_SECONDS)
        else:
            return True
    return False


def take_turns(database: Connection[Any]) -> None:
    """Return when no other `prepare` runs; none does until the transaction of `database` ends.

    One that waited inside PostgreSQL would hold a snapshot, for whose end an index that is built
    concurrently waits: each for the other, unnoticed. So would one that has got the lock by a
    statement with parameters bound by the server, until its transaction ends.
    """
    database.execute(UNLIMITED)
    while database.execute(_TRY_LOCK).fetchone() != (True,):
        time.sleep(TURN_SECONDS)

from __future__ import annotations

import sys
from argparse import ArgumentParser
from io import StringIO
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection

from core.db.migrating import RecordingExecutor

OLDEST_POSTGRES = 15
CONNECT_SECONDS = 5
# Any number, as long as nobody else uses it: the first bytes of "congocart".
_LOCK = int.from_bytes(b"congoca")


class Command(BaseCommand):
    """Several may run at once on one database; they take turns."""

    help = "Brings the database up to date; exits 1 when it cannot."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="load the demo shop as well")
        parser.add_argument("--static", action="store_true", help="collect static files as well")

    def handle(self, *, demo: bool, static: bool, **options: Any) -> None:
        parameters = connection.get_connection_params() | {"connect_timeout": CONNECT_SECONDS}
        try:
            with psycopg.connect(**parameters) as database:
                self._take_turn(database)
                self._migrate()
                if demo:
                    self._say("loading the demo shop")
                    call_command("load_demo", stdout=StringIO())
        except (psycopg.Error, DatabaseError) as error:
            self._refuse(error)
        if static and not settings.WHITENOISE_USE_FINDERS:
            self._say("collecting static files")
            call_command("collectstatic", interactive=False, verbosity=0)

    def _take_turn(self, database: psycopg.Connection[Any]) -> None:
        """Waits for the lock; the transaction of `database` holds it."""
        found = database.info.server_version // 10_000
        if found < OLDEST_POSTGRES:
            raise psycopg.NotSupportedError(
                f"PostgreSQL {found} is too old, {OLDEST_POSTGRES} is needed"
            )
        database.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])

    def _migrate(self) -> None:
        executor = RecordingExecutor(connection)
        plan = executor.pending()
        if plan:
            self._say(f"migrating the database ({len(plan)} steps)")
            executor.perform(plan)
            # Nothing is left to migrate: this makes the rows that Django keeps of each model.
            call_command("migrate", interactive=False, verbosity=0)

    def _say(self, progress: str) -> None:
        self.stdout.write(f"congocart: {progress}")
        self.stdout.flush()

    def _refuse(self, error: Exception) -> None:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        self.stderr.write(f"congocart: the database cannot be used: {reason}")
        sys.exit(1)

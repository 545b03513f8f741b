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

from core.db.migrating import migrate, take_turns
from core.db.secret_keys import NOT_OURS, record_secret_key
from core.db.timeouts import check_timeouts, set_timeouts

OLDEST_POSTGRES = 15
_WAYS_OUT = (
    "Set that one, here or among SECRET_KEY_FALLBACKS; if it is lost, see "
    "`manage.py prepare --new-secret-key`."
)


class Command(BaseCommand):
    """Migrations, demo shop, static files; several on one database take turns."""

    help = "Brings the database up to date; exits 1 when it cannot."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="load the demo shop as well")
        parser.add_argument(
            "--new-secret-key",
            action="store_true",
            help="take this SECRET_KEY although the former one is lost, and all it encrypted",
        )
        parser.add_argument("--static", action="store_true", help="collect static files as well")

    def handle(self, *, demo: bool, static: bool, new_secret_key: bool, **options: Any) -> None:
        try:
            with psycopg.connect(**connection.get_connection_params()) as database:
                found = database.info.server_version // 10_000
                if found < OLDEST_POSTGRES:
                    raise psycopg.NotSupportedError(
                        f"PostgreSQL {found} is too old, {OLDEST_POSTGRES} is needed"
                    )
                take_turns(database)
                if check_timeouts() != "ok":
                    self._say("setting the time limits of the database")
                    set_timeouts()
                if migrate(self._say):
                    # Nothing is left to migrate: this makes the rows that Django keeps of models.
                    call_command("migrate", interactive=False, verbosity=0)
                if not record_secret_key(replace=new_secret_key):
                    self.stderr.write(f"congocart: {NOT_OURS} {_WAYS_OUT}")
                    sys.exit(1)
                if demo:
                    self._say("loading the demo shop")
                    call_command("load_demo", stdout=StringIO())
        except (psycopg.Error, DatabaseError) as error:
            reason = next(iter(str(error).splitlines()), type(error).__name__)
            self.stderr.write(f"congocart: the database cannot be used: {reason}")
            sys.exit(1)
        if static and not settings.WHITENOISE_USE_FINDERS:
            self._say("collecting static files")
            call_command("collectstatic", interactive=False, verbosity=0)

    def _say(self, progress: str) -> None:
        self.stdout.write(f"congocart: {progress}")
        self.stdout.flush()

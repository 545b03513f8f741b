"""`manage.py`: what every command needs before it runs."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import psycopg
from django.conf import settings
from django.core.management import execute_from_command_line
from django.db import ProgrammingError, connection

from core.db.migrating import RecordingExecutor

# Commands that work without a database; all others are given one that responds.
WITHOUT_DATABASE = frozenset(
    {
        "--help", "--version", "-h", "check", "collectstatic", "compilemessages", "diffsettings",
        "findstatic", "help", "makemessages", "makemigrations", "optimizemigration",
        "sendtestemail", "show_roles", "spectacular", "startapp", "startproject",
        "state_diagrams", "up", "version",
    }
)  # fmt: skip


def needs_database(arguments: Sequence[str]) -> bool:
    """Tell whether the command in `sys.argv`, if it is one, is to work on a database."""
    name, *options = arguments[1:] or ["help"]
    asks_for_help = {"-h", "--help"} & {*options}
    return not asks_for_help and (name not in WITHOUT_DATABASE or "--database" in options)


def run(arguments: Sequence[str]) -> None:
    """Run a command; a database that cannot be used is one line, with exit code 1."""
    if not needs_database(arguments):
        execute_from_command_line([*arguments])
        return
    if not settings.DATABASE_URL:
        sys.exit("congocart: DATABASE_URL is not set.")
    parameters = connection.get_connection_params()
    try:
        psycopg.connect(**parameters).close()
    except psycopg.Error as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        host = parameters.get("host", "this machine")
        sys.exit(f"congocart: the database on {host} cannot be used: {reason}")
    try:
        execute_from_command_line([*arguments])
    except ProgrammingError:
        # Such as a table that is missing; with all migrations applied it is a bug of the command.
        if not RecordingExecutor(connection).pending():
            raise
        sys.exit("congocart: the database is not up to date: run `manage.py prepare` first.")

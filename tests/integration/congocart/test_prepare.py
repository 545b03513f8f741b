from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from congocart.management.commands import prepare

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def empty_database() -> Iterator[str]:
    """The URL of a database that holds nothing, beside the one of the tests."""
    url = urlsplit(os.environ["DATABASE_URL"])
    name = f"empty_{uuid4().hex}"
    server = connection.get_connection_params() | {"dbname": "postgres"}
    with psycopg.connect(**server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        yield url._replace(path=f"/{name}").geturl()
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def started(database: str, *arguments: str) -> subprocess.Popen[bytes]:
    """With migrations that run in no transaction among the others."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.next_release.settings",
        "DATABASE_URL": database,
    }
    return subprocess.Popen([sys.executable, *arguments], env=environment, cwd=ROOT)


@pytest.mark.slow
def test_two_that_start_together_take_turns(empty_database: str) -> None:
    both = [started(empty_database, "manage.py", "prepare", "--demo") for _ in range(2)]
    assert [process.wait(110) for process in both] == [0, 0]


@pytest.mark.parametrize("command", ["audit", "worker", "rotate_keys"])
def test_before_it_has_run_a_command_says_so_in_one_line(
    empty_database: str, command: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert started(empty_database, "manage.py", command).wait(60) == 1
    assert capfd.readouterr().err.splitlines() == [
        "congocart: the database is not up to date: run `manage.py prepare` first."
    ]


KILLED_BEFORE_A_MIGRATION_IS_RECORDED = """
import os, signal, sys
import django
from django.core.management import call_command
from django.db.migrations.recorder import MigrationRecorder

record = MigrationRecorder.record_applied

def record_or_die(recorder, app, name):
    if f"{app}.{name}" == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)
    record(recorder, app, name)

MigrationRecorder.record_applied = record_or_die
django.setup()
call_command("prepare")
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "migration", ["auth.0001_initial", "orders.0001_initial", "orders.next_2_index"]
)
def test_killed_before_a_migration_is_recorded_it_is_done_anew(
    empty_database: str, migration: str
) -> None:
    killed = started(empty_database, "-c", KILLED_BEFORE_A_MIGRATION_IS_RECORDED, migration)
    assert killed.wait(110) == -signal.SIGKILL
    assert started(empty_database, "manage.py", "prepare").wait(110) == 0


@pytest.mark.django_db
def test_an_old_postgres_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(prepare, "OLDEST_POSTGRES", 99)
    with pytest.raises(SystemExit) as refusal:
        call_command("prepare")
    assert refusal.value.code == 1
    found = connection.cursor().connection.info.server_version // 10_000
    assert capfd.readouterr().err.splitlines() == [
        f"congocart: the database cannot be used: PostgreSQL {found} is too old, 99 is needed"
    ]

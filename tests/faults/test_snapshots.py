"""The name of what is committed, where servers replay what another commits, and after a crash."""

from __future__ import annotations

import subprocess
import time
from typing import Any

import psycopg
import pytest

from core.db.snapshots import CURRENT_SNAPSHOT
from embedded.postgres import EmbeddedPostgres
from tests.faults.running import until
from tests.faults.servers import configure, connect

pytestmark = pytest.mark.faults


def until_it_connects(server: EmbeddedPostgres) -> psycopg.Connection[Any]:
    found: list[psycopg.Connection[Any]] = []

    def attempt() -> bool:
        try:
            found.append(connect(server))
        except psycopg.OperationalError:
            return False
        return True

    until(attempt)
    return found[0]


def name_of(reader: psycopg.Connection[Any]) -> str:
    [(name,)] = reader.execute(CURRENT_SNAPSHOT.format(clock=0))
    assert isinstance(name, str)
    return name


def until_readable(standby: EmbeddedPostgres) -> psycopg.Connection[Any]:
    """As a role that may read one table and nothing else."""
    found: list[psycopg.Connection[Any]] = []

    def attempt() -> bool:
        try:
            reader = connect(standby, "reader")
            units(reader)
        except psycopg.Error:
            return False
        found.append(reader)
        return True

    until(attempt)
    return found[0]


def units(reader: psycopg.Connection[Any]) -> int:
    [(total,)] = reader.execute("SELECT sum(units)::int FROM counted")
    assert isinstance(total, int)
    return total


def around_a_crash(primary: EmbeddedPostgres, *, units_after: int) -> list[tuple[str, str]]:
    """The name and PostgreSQL's snapshot, before a crash and after a commit that follows it.

    What was rolled back just before the crash has left no trace, its transaction id is free.
    """
    reader, writer = connect(primary), connect(primary)
    writer.execute("SET synchronous_commit = on; CHECKPOINT")
    writer.execute("BEGIN; UPDATE counted SET units = 0; ROLLBACK")
    before = snapshots_of(reader)
    killed = writer.info.backend_pid
    subprocess.run(["kill", "-9", str(killed)], check=True)
    until(lambda: is_lost(reader))
    writer = until_it_connects(primary)
    writer.execute("SET synchronous_commit = on")
    writer.execute("UPDATE counted SET units = %s", [units_after])
    return [before, snapshots_of(writer)]


def snapshots_of(reader: psycopg.Connection[Any]) -> tuple[str, str]:
    [(snapshot,)] = reader.execute("SELECT pg_current_snapshot()::text")
    return name_of(reader), snapshot


def is_lost(reader: psycopg.Connection[Any]) -> bool:
    try:
        reader.execute("SELECT 1")
    except psycopg.OperationalError:
        return True
    return False


def test_a_standby_has_another_name_after_each_commit_of_its_primary(
    primary: EmbeddedPostgres, standby: EmbeddedPostgres
) -> None:
    with connect(primary) as setup:
        setup.execute("CREATE TABLE counted AS SELECT id, 0 AS units FROM generate_series(1, 3) id")
        setup.execute("CREATE ROLE reader LOGIN; GRANT SELECT ON counted TO reader")
    reader = until_readable(standby)
    writers = [connect(primary) for _ in range(3)]
    for number, writer in enumerate(writers, 1):
        writer.execute("BEGIN")
        writer.execute("UPDATE counted SET units = 1 WHERE id = %s", [number])

    seen = {name_of(reader): 0}
    for committed, number in enumerate((3, 2, 1), 1):
        writers[number - 1].execute("COMMIT")
        until(lambda committed=committed: units(reader) == committed)  # type: ignore[misc]
        seen[name_of(reader)] = committed

    assert list(seen.values()) == [0, 1, 2, 3]


def test_no_name_comes_back_after_a_killed_backend(primary: EmbeddedPostgres) -> None:
    # What is rolled back stays in memory for a while.
    configure(primary, wal_writer_delay="10s")
    primary.start()
    with connect(primary) as setup:
        setup.execute("CREATE TABLE counted AS SELECT 10 AS units")
    for attempt in range(5):
        before, after = around_a_crash(primary, units_after=9 - attempt)
        assert before[0] != after[0]
        if before[1] == after[1]:
            break
        time.sleep(1)
    else:
        pytest.fail("PostgreSQL gave no transaction id out twice: nothing was shown")

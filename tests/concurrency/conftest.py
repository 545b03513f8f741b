from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import override_settings

from tests.concurrency.racing import CONCURRENCY, assert_audit_finds_nothing, value

_DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture
def lock_timeout() -> str:
    """So many threads at once wait longer for a row than two of a server's four do."""
    return "30s"


@pytest.fixture(autouse=True)
def a_connection_for_each_thread(lock_timeout: str) -> Iterator[None]:
    """A pool as small as a server's would make the threads take turns."""
    options = connection.settings_dict["OPTIONS"]
    usual = options | {"pool": options["pool"].copy()}
    hang_up()
    options["pool"]["max_size"] = CONCURRENCY + 1
    options["options"] += f" -c lock_timeout={lock_timeout}"
    # Of a server's threads half would be refused a row that the others queue up for.
    with override_settings(SERVER_THREADS=2 * CONCURRENCY):
        yield
    hang_up()
    options |= usual


@pytest.fixture
def no_deadlocks(transactional_db: None) -> Iterator[None]:
    """PostgreSQL has broken no cycle of waiting transactions, and the audit finds nothing."""
    before = deadlocks()
    yield
    assert deadlocks() == before
    assert_audit_finds_nothing()


def hang_up() -> None:
    """Ends this process's sessions."""
    connection.close()
    connection.close_pool()


def deadlocks() -> int:
    """How many there have been in this database.

    Sessions count for themselves and tell when they end.
    """
    hang_up()
    deadline = time.monotonic() + 10
    while value(_OTHERS) and time.monotonic() < deadline:
        time.sleep(0.02)
    return int(value(_DEADLOCKS))

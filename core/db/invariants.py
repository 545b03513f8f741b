"""The audit: every invariant is one query, and each row that it returns violates it.

An app declares the invariants of its tables, and of those below it, as `CHECKS` in
its `audit.py`, which is found automatically.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.utils.module_loading import module_has_submodule

from core.db.timeouts import UNLIMITED

# For each sum of the audit, so that those of a large shop need no temporary files.
SORT_MEMORY = "64MB"


@dataclass(frozen=True, slots=True)
class Check:
    """An invariant, named by what holds.

    Each row of `sql` is a violation; its columns say where it is and what is wrong.
    `%(now)s` stands for the time of the audit.
    """

    name: str
    sql: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: how many violations, some of them by column, and in how many seconds."""

    check: str
    violations: int
    examples: Sequence[dict[str, Any]]
    seconds: float


def declared_checks() -> list[Check]:
    """Return the checks of all apps, in the order of `INSTALLED_APPS`."""
    modules = [
        import_module(f"{config.name}.audit")
        for config in apps.get_app_configs()
        if config.module and module_has_submodule(config.module, "audit")
    ]
    return [check for module in modules for check in module.CHECKS]


def run_checks(checks: Collection[Check], *, now: datetime, examples: int = 5) -> Iterator[Finding]:
    """Run each check in one statement that only reads, keeping so many example rows."""
    for check in checks:
        started = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH violation AS MATERIALIZED ({check.sql}) "  # noqa: S608 - constants of ours
                "SELECT (SELECT count(*) FROM violation), violation.* "
                "FROM violation LIMIT greatest(%(examples)s, 1)",
                {"now": now, "examples": examples},
            )
            columns = [column.name for column in cursor.description or ()][1:]
            rows = cursor.fetchall()
        yield Finding(
            check=check.name,
            violations=rows[0][0] if rows else 0,
            examples=[dict(zip(columns, row[1:], strict=True)) for row in rows[:examples]],
            seconds=time.perf_counter() - started,
        )


@contextmanager
def frozen_snapshot() -> Iterator[None]:
    """Open a transaction that cannot write and sees the database as of its first statement.

    All checks see the same moment, so a shop that goes on selling raises no false
    alarm, and the audit waits for nobody and blocks nobody. It is no use case: nothing is changed.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute(f"SET LOCAL work_mem = '{SORT_MEMORY}'; {UNLIMITED}")
        yield

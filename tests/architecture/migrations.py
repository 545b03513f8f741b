"""What in a migration would stop a shop that runs the previous release."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from django.contrib.postgres.operations import (
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    ValidateConstraint,
)
from django.db import connection
from django.db.migrations import Migration, RunPython
from django.db.migrations.state import ProjectState

SQUAWK = Path(sys.executable).with_name("squawk")
# Matters of taste, of Django's making, or of `prepare`; what a constraint let pass still
# passes without it.
NOT_ASKED = (
    "ban-drop-constraint", "prefer-bigint-over-int", "prefer-bigint-over-smallint",
    "prefer-identity", "prefer-robust-stmts", "prefer-text-field", "prefer-timestamptz",
    "require-timeout-settings",
)  # fmt: skip
WITHOUT_A_TRANSACTION = (
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    RunPython,
    ValidateConstraint,
)


def problems_of(migration: Migration, before: ProjectState) -> list[str]:
    """The names of the rules that it breaks: Squawk's, and two of ours. Changes `before`."""
    found = []
    kinds = [isinstance(each, WITHOUT_A_TRANSACTION) for each in migration.operations]
    if not migration.atomic and kinds != [True]:
        found.append("one-concurrent-operation")
    sql = sql_of(migration, before)
    # Django takes the default of a new column away at once: the previous release gives no value.
    if "DROP DEFAULT" in sql:
        found.append("db-default")
    return found + squawk(sql)


def sql_of(migration: Migration, before: ProjectState) -> str:
    with connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
        migration.apply(before, editor, collect_sql=True)
    sql = "\n".join(editor.collected_sql)
    return f"BEGIN;\n{sql}\nCOMMIT;\n" if migration.atomic else sql


def squawk(sql: str) -> list[str]:
    done = subprocess.run(
        [SQUAWK, "--pg-version", "15.0", "--reporter", "json", "--exclude", ",".join(NOT_ASKED)],
        input=sql,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    return [problem["rule_name"] for problem in json.loads(done.stdout)]

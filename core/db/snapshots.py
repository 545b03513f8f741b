"""Names for the state of the database: two reads under one snapshot see exactly the same."""

from __future__ import annotations

from django.db import connection

# The time of the start tells apart servers that take over from each other: only on one
# server does a snapshot never come back.
_STATEMENT = """
SELECT pg_postmaster_start_time()::text || ' ' || pg_current_snapshot()::text || ' ' || ({})::text
WHERE pg_current_xact_id_if_assigned() IS NULL
"""


def current_snapshot(*, clock: str = "0") -> str | None:
    """Return a name for all that is committed now; any commit changes it.

    `clock` is SQL for a number that changes when the passing of time alone changes what a read
    says. None inside a transaction that has written, because that sees more than what is
    committed. One statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT.format(clock))
        row = cursor.fetchone()
    return row[0] if row else None

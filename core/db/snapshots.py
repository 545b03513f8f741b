"""Names for the state of the database: two reads under one snapshot see exactly the same."""

from __future__ import annotations

from django.db import connection

# The time of the start tells apart servers that take over from each other: only on one
# server does a snapshot never come back.
_STATEMENT = """
SELECT pg_postmaster_start_time()::text || ' ' || pg_current_snapshot()::text
WHERE pg_current_xact_id_if_assigned() IS NULL
"""


def current_snapshot() -> str | None:
    """Return a name for all that is committed now; any commit changes it.

    None inside a transaction that has written, because that sees more than what is committed.
    One statement that reads no table.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT)
        row = cursor.fetchone()
    return row[0] if row else None

"""Names for the state of the database: two reads under one name see exactly the same."""

from __future__ import annotations

from django.db import connection

# The start tells servers apart that take over from each other. The checkpoint tells apart what
# came before and after a crash of one server, which gives transaction ids out again; recovery
# ends with a checkpoint. A standby's snapshots do not list what runs on the primary, but what it
# shows changes only with the position up to which it has replayed, and that moves last.
CURRENT_SNAPSHOT = """
SELECT pg_postmaster_start_time()::text || ' ' || (pg_control_checkpoint()).checkpoint_lsn || ' ' ||
       CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()::text
            ELSE pg_current_snapshot()::text END || ' ' || ({clock})::text
 WHERE pg_current_xact_id_if_assigned() IS NULL
"""


def current_snapshot(*, clock: str = "0") -> str | None:
    """Return a name for all that is committed now; any commit changes it.

    `clock` is SQL for a value that changes when the passing of time alone changes what a read
    says. None inside a transaction that has written, because that sees more than what is
    committed. One statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(CURRENT_SNAPSHOT.format(clock=clock))
        row = cursor.fetchone()
    return row[0] if row else None

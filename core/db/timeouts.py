"""How long one session may keep others waiting: settings of the database.

There they cost no statement, hold behind PgBouncer in transaction mode, and for every role.
`pg_dump` of a database leaves them out, so `manage.py prepare` sets them whenever they are not
in force, and readiness reports it (docs/adr/0006).
"""

from __future__ import annotations

from django.db import connection

TIMEOUTS = {
    # PostgreSQL counts it twice for one row: who is not first in line waits for a place, then for
    # the row. So a request waits two seconds at most, and is refused then.
    "lock_timeout": "1s",
    "statement_timeout": "30s",
    # No transaction of ours waits for anything but PostgreSQL: one that does belongs to a
    # process that hangs, and holds its rows for nothing.
    "idle_in_transaction_session_timeout": "10s",
}
# For migrations and audits: as long as it takes.
UNLIMITED = """
    SET LOCAL statement_timeout = 0;
    SET LOCAL idle_in_transaction_session_timeout = 0
"""


def check_timeouts() -> str:
    """Return "ok" when they are in force in this session."""
    names = [f"current_setting('{name}')" for name in TIMEOUTS]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(names)}")
        in_force = cursor.fetchone() == tuple(TIMEOUTS.values())
    return "ok" if in_force else "not in force: run manage.py prepare"


def set_timeouts() -> None:
    """Set them for all sessions that begin from now on; only the owner of the database may."""
    name = connection.ops.quote_name(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        for timeout, value in TIMEOUTS.items():
            cursor.execute(f"ALTER DATABASE {name} SET {timeout} = '{value}'")

"""Versioned content: a process that has read it need not read it again until it is written.

A table of one row has a `version` that triggers replace with every write of the content. This
module never changes, as `append_only_v1` does not, and for the same reason.
"""

from __future__ import annotations

from django.db.migrations import RunSQL

FUNCTION = RunSQL(
    """
    CREATE FUNCTION congocart_change_version() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        EXECUTE format(
            'INSERT INTO %I (id, version) VALUES (1, gen_random_uuid()) '
            'ON CONFLICT (id) DO UPDATE SET version = excluded.version', TG_ARGV[0]);
        RETURN NULL;
    END
    $$
    """,
    "DROP FUNCTION congocart_change_version()",
)


def changes_version(table: str, *, of: str) -> RunSQL:
    """Replace the version in the table `of` with every statement that writes `table`.

    Who writes waits for others who do until their transactions end: content of this kind is
    edited by people. A version never comes back, that of a transaction rolled back included.
    """
    return RunSQL(
        f"""
        CREATE TRIGGER changes_version
        AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT
        EXECUTE FUNCTION congocart_change_version('{of}')
        """,
        f"DROP TRIGGER changes_version ON {table}",
    )

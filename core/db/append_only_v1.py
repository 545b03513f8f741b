"""Append-only tables: PostgreSQL refuses to rewrite what they tell.

This module never changes, because migrations that have run somewhere are made of it: an edit
here would give a new database another schema than the old ones have. What has to be different
is written beside it, as `append_only_v2`, with a migration that replaces the triggers.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.migrations import RunSQL

FUNCTION = RunSQL(
    """
    CREATE FUNCTION congocart_refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% only grows: correct it with a new row', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
    END
    $$
    """,
    "DROP FUNCTION congocart_refuse_rewriting()",
)


def only_grows(table: str, *, forgettable: Sequence[str] = ()) -> RunSQL:
    """Make `table` append-only, in a migration after `db.0002`: no row is changed or deleted.

    `forgettable` are the paths that erasing a person may blank, such as `reason` or, inside
    a JSON column, `data,reason`. An insert costs nothing more.
    """
    kept = "".join(f" #- '{{{path}}}'" for path in forgettable)
    return RunSQL(
        f"""
        CREATE TRIGGER only_grows_update BEFORE UPDATE ON {table} FOR EACH ROW
        WHEN (to_jsonb(OLD){kept} IS DISTINCT FROM to_jsonb(NEW){kept})
        EXECUTE FUNCTION congocart_refuse_rewriting();
        CREATE TRIGGER only_grows_delete BEFORE DELETE ON {table} FOR EACH ROW
        EXECUTE FUNCTION congocart_refuse_rewriting();
        """,
        f"DROP TRIGGER only_grows_update ON {table}; DROP TRIGGER only_grows_delete ON {table}",
    )

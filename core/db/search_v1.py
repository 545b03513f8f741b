"""What a part of a text is found by: runs of three characters, in functions of PostgreSQL.

`pg_trgm` does this, but is an extension, which a managed or embedded PostgreSQL need not have.

This module never changes, as `append_only_v1` does not, and for the same reason.
"""

from __future__ import annotations

from django.db.migrations import RunSQL

# As `core.db.containing.folded` does in Python: without case and accents.
FOLDED = RunSQL(
    r"""
    CREATE FUNCTION congocart_folded(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN lower(regexp_replace(normalize(value, NFKD), U&'[\0300-\036f]', '', 'g'))
    """,
    "DROP FUNCTION congocart_folded(text)",
)
# A loop, because a query over the positions takes three times as long, and for long texts the
# square of their length.
TRIGRAMS = RunSQL(
    """
    CREATE FUNCTION congocart_trigrams(value text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
    DECLARE
        letters text[] := string_to_array(value, NULL);
        found text[] := '{}';
    BEGIN
        FOR n IN 1 .. cardinality(letters) - 2 LOOP
            found := found || (letters[n] || letters[n + 1] || letters[n + 2]);
        END LOOP;
        RETURN found;
    END
    $$
    """,
    "DROP FUNCTION congocart_trigrams(text)",
)

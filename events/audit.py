"""Invariants of events: nobody has rewritten what happened."""

from __future__ import annotations

from core.db.invariants import Check

CHECKS = [
    # Every event since the first that is chained has its place and the hash that follows from it
    # and from the one before. Those of before the chain have neither.
    Check(
        "events_are_an_unbroken_chain",
        """
        SELECT id AS event_id, subject_id, position, type
        FROM (
            SELECT event.id, event.subject_id, event.position, event.type, event.hash,
                row_number() OVER chain AS place,
                congocart_event_hash(lag(event.hash) OVER chain, event) AS expected
            FROM events_event AS event
            WHERE event.position IS NOT NULL OR event.hash IS NOT NULL
            WINDOW chain AS (PARTITION BY event.subject_id ORDER BY event.position)
        ) AS chained
        WHERE hash IS DISTINCT FROM expected OR position IS DISTINCT FROM place
        UNION ALL
        SELECT id, subject_id, position, type
        FROM events_event
        WHERE position IS NULL
            AND id > (SELECT id FROM events_event WHERE position = 1 ORDER BY id LIMIT 1)
        """,
    ),
]

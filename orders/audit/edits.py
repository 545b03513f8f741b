"""Invariants of edited orders: each edit begins with what the one before it left."""

from __future__ import annotations

from core.db.invariants import Check

CHECKS = [
    Check(
        "edits_lead_to_the_order_as_it_is",
        """
        WITH step AS (
            SELECT id, order_id, before, after,
                lag(after) OVER (PARTITION BY order_id ORDER BY id) AS reached,
                lead(id) OVER (PARTITION BY order_id ORDER BY id) AS next_id
            FROM orders_orderedit
        )
        SELECT order_id, id AS edit_id, 'does not begin where the last one ended' AS problem
        FROM step
        WHERE before <> reached
        UNION ALL
        SELECT step.order_id, step.id, 'is not what the order is'
        FROM step
        JOIN orders_order AS placed ON placed.id = step.order_id
        WHERE step.next_id IS NULL AND (
            ((after ->> 'subtotal')::bigint, (after ->> 'discount')::bigint,
                (after ->> 'shipping')::bigint, (after ->> 'tax')::bigint,
                (after ->> 'total')::bigint)
            <> (placed.subtotal, placed.discount, placed.shipping, placed.tax, placed.total)
            OR (
                SELECT jsonb_object_agg(line ->> 'variant_id', (line ->> 'quantity')::int)
                FROM jsonb_array_elements(after -> 'lines') AS line
            ) IS DISTINCT FROM (
                SELECT jsonb_object_agg(line.variant_id::text, line.quantity)
                FROM orders_orderline AS line
                WHERE line.order_id = placed.id
            )
        )
        """,
    ),
    Check(
        "edits_of_orders_have_their_events",
        """
        SELECT edit.order_id, edit.id AS edit_id, event.id AS event_id
        FROM orders_orderedit AS edit
        FULL JOIN (
            SELECT id, subject_id, (data ->> 'edit_id')::uuid AS edit_id
            FROM events_event
            WHERE type = 'order.edited'
        ) AS event ON event.edit_id = edit.id AND event.subject_id = edit.order_id
        WHERE edit.id IS NULL OR event.id IS NULL
        """,
    ),
]

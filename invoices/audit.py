"""Invariants of invoices."""

from __future__ import annotations

from core.db.invariants import Check

CHECKS = [
    Check(
        "numbers_of_invoices_have_no_gap",
        """
        SELECT series, year, counter.last, given.count, given.highest
        FROM invoices_counter AS counter
        FULL JOIN (
            SELECT series, year, count(*) AS count, max(position) AS highest
            FROM invoices_invoice
            GROUP BY series, year
        ) AS given USING (series, year)
        WHERE counter.last IS DISTINCT FROM given.highest
            OR counter.last IS DISTINCT FROM given.count
        """,
    ),
    Check(
        "invoices_are_the_sums_of_what_they_say",
        """
        SELECT invoice.id AS invoice_id, invoice.number, invoice.net, invoice.tax, invoice.gross
        FROM invoices_invoice AS invoice
        CROSS JOIN LATERAL (
            SELECT coalesce(sum((line ->> 'net')::bigint), 0) AS net,
                coalesce(sum((line ->> 'tax')::bigint), 0) AS tax,
                coalesce(sum((line ->> 'gross')::bigint), 0) AS gross
            FROM jsonb_array_elements(invoice.document -> 'lines') AS line
        ) AS said
        WHERE (said.net, said.tax, said.gross)
                IS DISTINCT FROM (invoice.net, invoice.tax, invoice.gross)
            OR (invoice.document ->> 'gross')::bigint IS DISTINCT FROM invoice.gross
            OR jsonb_array_length(invoice.document -> 'taxes') > 0 AND invoice.tax <> (
                SELECT sum((part ->> 'amount')::bigint)
                FROM jsonb_array_elements(invoice.document -> 'taxes') AS part
            )
        """,
    ),
    Check(
        "credit_notes_take_no_more_than_was_invoiced",
        """
        SELECT invoice.id AS invoice_id, invoice.number, invoice.gross,
            sum(note.gross) AS credited
        FROM invoices_invoice AS invoice
        JOIN invoices_invoice AS note ON note.credited_id = invoice.id
        GROUP BY invoice.id
        HAVING sum(note.net) > invoice.net OR sum(note.tax) > invoice.tax
            OR bool_or(note.order_id <> invoice.order_id OR note.currency <> invoice.currency)
        """,
    ),
    Check(
        "files_of_invoices_are_what_was_rendered",
        """
        SELECT invoice_id FROM invoices_rendering WHERE sha256 <> sha256(pdf)
        """,
    ),
]

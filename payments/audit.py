"""Invariants of payments, their ledger and their operations."""

from __future__ import annotations

from core.db.invariants import Check

CHECKS = [
    Check(
        "payments_are_the_sums_of_their_ledger",
        """
        SELECT payment.id AS payment_id,
            payment.authorized, coalesce(ledger.authorized, 0) AS ledger_authorized,
            payment.captured, coalesce(ledger.captured, 0) AS ledger_captured,
            payment.voided, coalesce(ledger.voided, 0) AS ledger_voided,
            payment.refunded, coalesce(ledger.refunded, 0) AS ledger_refunded
        FROM payments_payment AS payment
        LEFT JOIN (
            SELECT payment_id,
                sum(amount) FILTER (WHERE kind = 'authorized') AS authorized,
                sum(amount) FILTER (WHERE kind = 'captured') AS captured,
                sum(amount) FILTER (WHERE kind = 'voided') AS voided,
                sum(CASE kind WHEN 'refunded' THEN amount WHEN 'refund_failed' THEN -amount END)
                    AS refunded
            FROM payments_ledgerentry
            GROUP BY payment_id
        ) AS ledger ON ledger.payment_id = payment.id
        WHERE payment.authorized <> coalesce(ledger.authorized, 0)
            OR payment.captured <> coalesce(ledger.captured, 0)
            OR payment.voided <> coalesce(ledger.voided, 0)
            OR payment.refunded <> coalesce(ledger.refunded, 0)
        """,
    ),
    Check(
        "no_more_is_captured_than_authorized_or_refunded_than_captured",
        """
        SELECT id AS payment_id, amount, authorized, captured, voided, refunded, refunding
        FROM payments_payment
        WHERE authorized < 0
            OR authorized > amount + CASE capture WHEN 'offline' THEN refunded ELSE 0 END
            OR least(captured, voided, refunded, refunding) < 0
            OR captured + voided > authorized
            OR refunded > captured
            OR refunding > captured
        """,
    ),
    Check(
        "payment_status_follows_from_the_money",
        """
        SELECT id AS payment_id, status, expected
        FROM (
            SELECT id, status, CASE
                WHEN step = 'captured' AND captured - refunded >= amount - waived THEN 'paid'
                WHEN step = 'captured' AND captured + voided < amount - waived THEN 'pending'
                WHEN step = 'pending' AND waived > 0 AND waived = amount THEN 'paid'
                WHEN refunded > 0 AND refunded = captured THEN 'refunded'
                WHEN refunded > 0 THEN 'partially_refunded'
                WHEN step = 'voided' THEN 'voided'
                WHEN step = 'authorized' THEN 'authorized'
                WHEN step = 'declined' THEN 'failed'
                ELSE 'pending'
            END AS expected
            FROM payments_payment
        ) AS payment
        WHERE status <> expected
        """,
    ),
    Check(
        "refunds_under_way_are_the_sum_of_their_operations",
        """
        SELECT payment.id AS payment_id, payment.refunding, coalesce(asked.amount, 0) AS asked
        FROM payments_payment AS payment
        LEFT JOIN (
            SELECT payment_id, sum(amount) AS amount
            FROM payments_operation
            WHERE kind = 'refund' AND status = 'pending'
            GROUP BY payment_id
        ) AS asked ON asked.payment_id = payment.id
        WHERE payment.refunding <> coalesce(asked.amount, 0)
        """,
    ),
    # A refund can fail after it has succeeded, and be told of without our id.
    Check(
        "refunds_that_succeeded_are_in_the_ledger",
        """
        SELECT operation.id AS operation_id, operation.payment_id, operation.amount,
            coalesce(entry.amount, 0) AS ledger_amount
        FROM payments_operation AS operation
        LEFT JOIN (
            SELECT operation_id,
                sum(CASE kind WHEN 'refunded' THEN amount WHEN 'refund_failed' THEN -amount END)
                    AS amount
            FROM payments_ledgerentry
            WHERE operation_id IS NOT NULL
            GROUP BY operation_id
        ) AS entry ON entry.operation_id = operation.id
        WHERE operation.kind = 'refund'
            AND operation.status = 'succeeded'
            AND coalesce(entry.amount, -1) NOT IN (operation.amount, 0)
            AND NOT EXISTS (
                SELECT FROM payments_ledgerentry AS told
                WHERE entry.operation_id IS NULL
                    AND told.payment_id = operation.payment_id
                    AND told.kind = 'refunded'
                    AND told.reference = operation.reference
                    AND told.amount = operation.amount
            )
        """,
    ),
    Check(
        "money_has_an_order_or_goes_back_within_a_minute",
        """
        SELECT payment.id AS payment_id, payment.checkout_id,
            payment.authorized, payment.captured, payment.voided, payment.refunded
        FROM payments_payment AS payment
        WHERE payment.order_id IS NULL
            AND (
                payment.captured > payment.refunded + payment.refunding
                OR payment.authorized > payment.captured + payment.voided
            )
            AND NOT EXISTS (
                SELECT FROM payments_operation AS operation
                WHERE operation.payment_id = payment.id
                    AND operation.kind IN ('void', 'refund')
                    AND operation.status = 'pending'
            )
            AND coalesce(
                (SELECT max(created_at) FROM payments_ledgerentry WHERE payment_id = payment.id),
                payment.created_at
            ) < %(now)s - interval '1 minute'
        """,
    ),
    Check(
        "what_is_not_finished_is_looked_at_again",
        """
        SELECT id AS payment_id, NULL::uuid AS operation_id, status, step
        FROM payments_payment
        WHERE next_attempt_at IS NULL
            AND order_id IS NULL
            AND capture <> 'offline'
            AND status NOT IN ('voided', 'refunded', 'failed')
        UNION ALL
        SELECT payment_id, id, status, kind
        FROM payments_operation
        WHERE (status = 'pending') <> (next_attempt_at IS NOT NULL)
        """,
    ),
]

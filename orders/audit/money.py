"""Invariants of orders: their sums, and their money."""

from __future__ import annotations

from core.db.invariants import Check
from pricing.audit import taxes_add_up

CHECKS = [
    Check(
        "discounts_of_orders_are_the_sums_of_what_they_name",
        """
        SELECT placed.id AS order_id, placed.number, placed.discount, named.amount, told.off
        FROM orders_order AS placed
        JOIN (
            SELECT line.order_id, sum(line.discount) AS discount, sum(each.amount) AS amount,
                bool_and(line.discount = each.amount) AS lines_add_up
            FROM orders_orderline AS line
            CROSS JOIN LATERAL (
                SELECT coalesce(sum((named ->> 'amount')::bigint), 0) AS amount
                FROM jsonb_array_elements(line.discounts) AS named
            ) AS each
            GROUP BY line.order_id
        ) AS named ON named.order_id = placed.id
        CROSS JOIN LATERAL (
            SELECT coalesce(sum((part ->> 1)::bigint) FILTER (WHERE part ->> 0 IS NOT NULL), 0)
                AS off
            FROM jsonb_array_elements(placed.promotions -> 'applied') AS applied,
                jsonb_array_elements(applied -> 'allocations') AS part
        ) AS told
        WHERE NOT named.lines_add_up OR named.amount <> placed.discount
            OR told.off <> placed.discount
        """,
    ),
    Check(
        "orders_are_the_sums_of_their_lines",
        """
        SELECT placed.id AS order_id, placed.number, placed.subtotal, line.subtotal AS of_lines,
            placed.discount, placed.shipping, placed.tax, placed.total
        FROM orders_order AS placed
        LEFT JOIN (
            SELECT order_id, sum(unit_price * quantity) AS subtotal, sum(discount) AS discount,
                sum(tax) AS tax,
                bool_and(total = unit_price * quantity - discount) AS lines_add_up
            FROM orders_orderline
            GROUP BY order_id
        ) AS line ON line.order_id = placed.id
        WHERE line.order_id IS NULL
            OR NOT line.lines_add_up
            OR placed.subtotal <> line.subtotal
            OR placed.discount <> line.discount
            OR placed.tax < line.tax
            OR placed.total <> placed.subtotal - placed.discount + placed.shipping
                + CASE WHEN placed.tax_included THEN 0 ELSE placed.tax END
        """,
    ),
    taxes_add_up("orders", key="order_id", table="orders_order", lines="orders_orderline"),
    Check(
        "orders_without_tax_by_reverse_charge_have_a_vat_number",
        """
        SELECT DISTINCT placed.id AS order_id, placed.number
        FROM orders_order AS placed
        JOIN orders_orderline AS line ON line.order_id = placed.id
        WHERE placed.vat_number = '' AND line.taxes @> '[{"source": "reverse_charge"}]'
        """,
    ),
    Check(
        "orders_have_the_status_of_their_latest_payment",
        """
        SELECT placed.id AS order_id, placed.number, placed.payment_status,
            coalesce(latest.status, 'paid') AS expected
        FROM orders_order AS placed
        LEFT JOIN (
            SELECT DISTINCT ON (order_id) order_id, status
            FROM payments_payment
            WHERE order_id IS NOT NULL
            ORDER BY order_id, waived < amount DESC, id DESC
        ) AS latest ON latest.order_id = placed.id
        WHERE placed.payment_status <> coalesce(latest.status, 'paid')
        """,
    ),
    Check(
        "orders_have_a_payment_within_a_minute",
        """
        SELECT placed.id AS order_id, placed.number, placed.placed_at
        FROM orders_order AS placed
        LEFT JOIN payments_payment AS payment ON payment.order_id = placed.id
        WHERE payment.id IS NULL
            AND placed.total > 0
            AND placed.placed_at < %(now)s - interval '1 minute'
        """,
    ),
    Check(
        "order_total_is_charged_or_still_due",
        """
        SELECT placed.id AS order_id, placed.number, placed.total, placed.currency,
            sum(payment.amount - payment.waived) AS payments, min(payment.currency) AS paid_in
        FROM orders_order AS placed
        JOIN payments_payment AS payment ON payment.order_id = placed.id
        GROUP BY placed.id
        HAVING placed.total <> sum(payment.amount - payment.waived)
            OR bool_or(payment.currency <> placed.currency)
        """,
    ),
    # A hold that its provider let expire leaves an order that staff have to review. What we
    # asked to be voided is never the money of an order that is not canceled.
    Check(
        "open_orders_keep_their_money",
        """
        SELECT placed.id AS order_id, placed.number, payment.id AS payment_id, payment.status,
            operation.status AS void
        FROM orders_order AS placed
        JOIN payments_payment AS payment ON payment.order_id = placed.id
        JOIN payments_operation AS operation ON operation.payment_id = payment.id
        WHERE placed.status <> 'canceled'
            AND operation.kind = 'void'
            AND operation.status <> 'failed'
        """,
    ),
    # A provider can refuse a refund, or take it back: staff have to give the money back again.
    Check(
        "canceled_orders_keep_no_money",
        """
        SELECT placed.id AS order_id, placed.number, payment.id AS payment_id, payment.captured,
            payment.refunded, payment.refunding, payment.authorized - payment.voided AS held
        FROM orders_order AS placed
        JOIN payments_payment AS payment ON payment.order_id = placed.id
        WHERE placed.status = 'canceled'
            AND (
                payment.captured > payment.refunded + payment.refunding
                OR payment.authorized > payment.captured + payment.voided
            )
            AND NOT EXISTS (
                SELECT FROM payments_operation AS operation
                WHERE operation.payment_id = payment.id AND operation.status = 'pending'
            )
            AND placed.canceled_at < %(now)s - interval '1 minute'
        """,
    ),
    Check(
        "refunds_are_shares_of_what_was_charged",
        """
        WITH given_back AS (
            SELECT item.*, payment.order_id, operation.amount AS refund
            FROM orders_refunditem AS item
            JOIN payments_operation AS operation ON operation.id = item.operation_id
            JOIN payments_payment AS payment ON payment.id = operation.payment_id
            WHERE operation.status <> 'failed' AND item.price IS NOT NULL
        ), charged AS (
            SELECT id AS line_id, order_id, unit_price * quantity AS price, discount, tax, taxes
            FROM orders_orderline
            UNION ALL
            SELECT NULL, placed.id, placed.shipping, 0, placed.tax - sum(line.tax),
                placed.shipping_taxes
            FROM orders_order AS placed
            JOIN orders_orderline AS line ON line.order_id = placed.id
            GROUP BY placed.id
        )
        SELECT order_id, line_id, 'is not the sum of its parts' AS problem
        FROM given_back
        WHERE discount <> (
                SELECT coalesce(sum((part ->> 'amount')::bigint), 0)
                FROM jsonb_array_elements(discounts) AS part
            )
            OR tax <> (
                SELECT coalesce(sum((part ->> 'amount')::bigint), 0)
                FROM jsonb_array_elements(taxes) AS part
            )
        UNION ALL
        SELECT order_id, charged.line_id, 'is more than was charged'
        FROM charged
        JOIN given_back USING (order_id)
        WHERE given_back.line_id IS NOT DISTINCT FROM charged.line_id
        GROUP BY order_id, charged.line_id, charged.price, charged.discount, charged.tax
        HAVING sum(given_back.price) > charged.price
            OR sum(given_back.discount) > charged.discount
            OR sum(given_back.tax) > charged.tax
        UNION ALL
        SELECT order_id, NULL, 'is more tax of one rate than was charged'
        FROM (
            SELECT order_id, part ->> 'rate' AS rate, sum((part ->> 'amount')::bigint) AS tax
            FROM given_back, jsonb_array_elements(taxes) AS part
            WHERE part ->> 'rate' IS NOT NULL
            GROUP BY order_id, rate
        ) AS given
        LEFT JOIN (
            SELECT order_id, part ->> 'rate' AS rate, sum((part ->> 'amount')::bigint) AS tax
            FROM charged, jsonb_array_elements(taxes) AS part
            GROUP BY order_id, rate
        ) AS taxed USING (order_id, rate)
        WHERE given.tax > coalesce(taxed.tax, 0)
        UNION ALL
        SELECT order_id, NULL, 'is more than the refund'
        FROM given_back
        GROUP BY order_id, operation_id, refund
        HAVING sum(amount) > refund
        """,
    ),
    # An order that was refunded before it was invoiced has its credit notes with the invoice.
    Check(
        "refunds_of_invoiced_orders_have_a_credit_note",
        """
        SELECT DISTINCT invoice.order_id, operation.id AS refund_id
        FROM invoices_invoice AS invoice
        JOIN payments_payment AS payment ON payment.order_id = invoice.order_id
        JOIN payments_operation AS operation ON operation.payment_id = payment.id
        JOIN orders_refunditem AS item ON item.operation_id = operation.id
        LEFT JOIN invoices_invoice AS note
            ON note.kind = 'credit_note' AND note.cause_id = operation.id
        WHERE invoice.kind = 'invoice'
            AND operation.status = 'succeeded'
            AND operation.kind = 'refund'
            AND note.id IS NULL
        """,
    ),
]

"""Invariants of orders: their sums, their units, their money and their events."""

from __future__ import annotations

from core.db.invariants import Check

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
    # Where a line has entries, or shipping has: what was priced before there were any has none.
    Check(
        "taxes_of_orders_are_the_sums_of_their_entries",
        """
        SELECT priced.id AS order_id, priced.tax, line.tax AS of_lines, line.entries,
            priced.shipping_taxes
        FROM orders_order AS priced
        JOIN (
            SELECT line.order_id, sum(line.tax) AS tax, sum(entry.tax) AS entries,
                bool_and(line.tax = entry.tax) AS lines_add_up,
                bool_or(line.taxes <> '[]') AS has_entries
            FROM orders_orderline AS line
            CROSS JOIN LATERAL (
                SELECT coalesce(sum((found ->> 'amount')::bigint), 0) AS tax
                FROM jsonb_array_elements(line.taxes) AS found
            ) AS entry
            GROUP BY line.order_id
        ) AS line ON line.order_id = priced.id
        CROSS JOIN LATERAL (
            SELECT coalesce(sum((found ->> 'amount')::bigint), 0) AS tax
            FROM jsonb_array_elements(priced.shipping_taxes) AS found
        ) AS shipping
        WHERE (line.has_entries OR priced.shipping_taxes <> '[]')
            AND (NOT line.lines_add_up OR priced.tax <> line.tax + shipping.tax)
        """,
    ),
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
            ORDER BY order_id, id DESC
        ) AS latest ON latest.order_id = placed.id
        WHERE placed.payment_status <> coalesce(latest.status, 'paid')
        """,
    ),
    Check(
        "orders_are_found_by_their_number_and_address",
        """
        SELECT placed.id AS order_id, placed.number
        FROM orders_order AS placed
        LEFT JOIN orders_searchtext AS found ON found.order_id = placed.id
        WHERE found.order_id IS NULL
            OR strpos(found.text, lower(placed.number)) = 0
            OR strpos(found.text, congocart_folded(placed.email)) = 0
        """,
    ),
    Check(
        "order_numbers_are_unique",
        """
        SELECT number, count(*) AS orders FROM orders_order GROUP BY number HAVING count(*) > 1
        """,
    ),
    # Every movement that names an order is on one side and every line on the other, so the
    # sums by variant follow.
    Check(
        "sold_units_are_ordered_less_canceled_and_returned",
        """
        SELECT order_id, variant_id, line.quantity AS ordered, moved.sold, moved.canceled,
            moved.returned, line.status
        FROM (
            SELECT line.order_id, line.variant_id, sum(line.quantity) AS quantity,
                sum(line.fulfilled) AS fulfilled, coalesce(sum(back.units), 0) AS came_back,
                placed.status
            FROM orders_orderline AS line
            JOIN orders_order AS placed ON placed.id = line.order_id
            LEFT JOIN (
                SELECT item.line_id, sum(item.quantity) AS units
                FROM orders_returnitem AS item
                JOIN orders_return AS asked ON asked.id = item.of_return_id AND asked.restocked
                GROUP BY item.line_id
            ) AS back ON back.line_id = line.id
            GROUP BY line.order_id, line.variant_id, placed.status
        ) AS line
        FULL JOIN (
            SELECT order_id, stock_id AS variant_id,
                -coalesce(sum(delta) FILTER (WHERE kind = 'sale'), 0) AS sold,
                coalesce(sum(delta) FILTER (WHERE kind = 'cancellation'), 0) AS canceled,
                coalesce(sum(delta) FILTER (WHERE kind = 'return'), 0) AS returned
            FROM inventory_movement
            WHERE order_id IS NOT NULL
            GROUP BY order_id, stock_id
        ) AS moved USING (order_id, variant_id)
        WHERE line.quantity IS DISTINCT FROM moved.sold
            OR moved.returned NOT BETWEEN 0 AND line.quantity
            OR moved.canceled <>
                CASE line.status WHEN 'canceled'
                THEN greatest(0, line.quantity - line.fulfilled - moved.returned + line.came_back)
                ELSE 0 END
        """,
    ),
    Check(
        "sent_units_are_those_of_fulfillments",
        """
        SELECT line.order_id, line.sku, line.quantity, line.fulfilled,
            coalesce(sent.quantity, 0) AS of_fulfillments
        FROM orders_orderline AS line
        LEFT JOIN (
            SELECT item.line_id, sum(item.quantity) AS quantity
            FROM orders_fulfillmentitem AS item
            JOIN orders_fulfillment AS fulfillment ON fulfillment.id = item.fulfillment_id
            WHERE fulfillment.status <> 'canceled'
            GROUP BY item.line_id
        ) AS sent ON sent.line_id = line.id
        WHERE line.fulfilled <> coalesce(sent.quantity, 0) OR line.fulfilled > line.quantity
        """,
    ),
    Check(
        "returned_units_are_those_of_returns",
        """
        SELECT line.order_id, line.sku, line.fulfilled, line.returned,
            coalesce(asked.received, 0) AS of_returns, coalesce(asked.claimed, 0) AS claimed
        FROM orders_orderline AS line
        LEFT JOIN (
            SELECT item.line_id, sum(item.quantity) AS claimed,
                sum(item.quantity) FILTER (WHERE asked.status = 'received') AS received
            FROM orders_returnitem AS item
            JOIN orders_return AS asked ON asked.id = item.of_return_id
            WHERE asked.status <> 'rejected'
            GROUP BY item.line_id
        ) AS asked ON asked.line_id = line.id
        WHERE line.returned <> coalesce(asked.received, 0)
            OR coalesce(asked.claimed, 0) > line.fulfilled
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
            sum(payment.amount) AS payments, min(payment.currency) AS paid_in
        FROM orders_order AS placed
        JOIN payments_payment AS payment ON payment.order_id = placed.id
        GROUP BY placed.id
        HAVING placed.total <> sum(payment.amount)
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
        "orders_have_their_events",
        """
        SELECT placed.id AS order_id, placed.number, placed.status,
            coalesce(payment.status, 'paid') AS payment_status,
            coalesce(told.placed, 0) AS placed_events, coalesce(told.canceled, 0) AS cancel_events
        FROM orders_order AS placed
        LEFT JOIN (
            SELECT subject_id,
                count(*) FILTER (WHERE type = 'order.placed') AS placed,
                count(*) FILTER (WHERE type = 'order.canceled') AS canceled,
                array_agg(substr(type, 15)) FILTER (WHERE type LIKE 'order.payment_%%')
                    || array_agg(data ->> 'payment_status') FILTER (WHERE type = 'order.placed')
                    AS payment_statuses,
                min((data ->> 'total')::bigint) FILTER (WHERE type = 'order.placed') AS total
            FROM events_event
            WHERE type LIKE 'order.%%'
            GROUP BY subject_id
        ) AS told ON told.subject_id = placed.id
        LEFT JOIN (
            SELECT DISTINCT ON (order_id) order_id, status
            FROM payments_payment
            WHERE order_id IS NOT NULL
            ORDER BY order_id, id DESC
        ) AS payment ON payment.order_id = placed.id
        WHERE told.placed IS DISTINCT FROM 1
            OR told.total IS DISTINCT FROM placed.total
            OR told.canceled <> (placed.status = 'canceled')::int
            OR NOT coalesce(payment.status, 'paid') = ANY (told.payment_statuses)
        """,
    ),
    # A cancellation asks for one refund or void, and a void that comes too late for another
    # refund; every other refund of an order was requested by someone.
    Check(
        "refunds_of_orders_have_their_events",
        """
        SELECT placed.id AS order_id, placed.number, coalesce(asked.refunds, 0) AS refunds,
            coalesce(told.requested, 0) AS request_events
        FROM orders_order AS placed
        LEFT JOIN (
            SELECT payment.order_id, count(*) AS refunds
            FROM payments_operation AS operation
            JOIN payments_payment AS payment ON payment.id = operation.payment_id
            WHERE operation.kind = 'refund' AND payment.order_id IS NOT NULL
            GROUP BY payment.order_id
        ) AS asked ON asked.order_id = placed.id
        LEFT JOIN (
            SELECT subject_id, count(*) AS requested
            FROM events_event
            WHERE type = 'order.refund_requested'
            GROUP BY subject_id
        ) AS told ON told.subject_id = placed.id
        WHERE coalesce(asked.refunds, 0) - coalesce(told.requested, 0)
            NOT BETWEEN 0 AND (placed.status = 'canceled')::int
        """,
    ),
    Check(
        "units_are_refunded_once_and_for_no_more_than_was_paid",
        """
        SELECT line.order_id, line.id AS line_id, line.quantity, sum(item.quantity) AS refunded,
            line.paid, sum(item.amount) AS given_back
        FROM (
            SELECT line.*,
                line.total + CASE WHEN placed.tax_included THEN 0 ELSE line.tax END AS paid
            FROM orders_orderline AS line
            JOIN orders_order AS placed ON placed.id = line.order_id
        ) AS line
        JOIN orders_refunditem AS item ON item.line_id = line.id
        JOIN payments_operation AS operation ON operation.id = item.operation_id
        WHERE operation.status <> 'failed'
        GROUP BY line.order_id, line.id, line.quantity, line.paid
        HAVING sum(item.quantity) > line.quantity OR sum(item.amount) > line.paid
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
]

"""Invariants of orders: their sums, their units, their money and their events."""

from __future__ import annotations

from core.db.invariants import Check

CHECKS = [
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
                sum(line.fulfilled) AS fulfilled, placed.status
            FROM orders_orderline AS line
            JOIN orders_order AS placed ON placed.id = line.order_id
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
                THEN greatest(0, line.quantity - moved.returned - line.fulfilled) ELSE 0 END
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
]

"""Invariants of orders: their units, their events, and how they are found."""

from __future__ import annotations

from core.db.invariants import Check

CHECKS = [
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
    # sums by variant follow. A line that an edit removed has movements and no row.
    Check(
        "sold_units_are_ordered_less_canceled_and_returned",
        """
        SELECT order_id, variant_id, line.quantity AS ordered, moved.sold, moved.canceled,
            moved.returned, moved.edited, line.status
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
                coalesce(sum(delta) FILTER (WHERE kind = 'return'), 0) AS returned,
                coalesce(sum(delta) FILTER (WHERE kind = 'edit'), 0) AS edited
            FROM inventory_movement
            WHERE order_id IS NOT NULL
            GROUP BY order_id, stock_id
        ) AS moved USING (order_id, variant_id)
        WHERE coalesce(line.quantity, 0) IS DISTINCT FROM moved.sold - moved.edited
            OR moved.returned NOT BETWEEN 0 AND coalesce(line.quantity, 0)
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
        "orders_have_their_events",
        """
        SELECT placed.id AS order_id, placed.number, placed.status,
            coalesce(payment.status, 'paid') AS payment_status,
            coalesce(told.placed, 0) AS placed_events, coalesce(told.canceled, 0) AS cancel_events,
            coalesce(told.completed, 0) AS completed_events
        FROM orders_order AS placed
        LEFT JOIN (
            SELECT subject_id,
                count(*) FILTER (WHERE type = 'order.placed') AS placed,
                count(*) FILTER (WHERE type = 'order.canceled') AS canceled,
                count(*) FILTER (WHERE type = 'order.completed') AS completed,
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
            ORDER BY order_id, waived < amount DESC, id DESC
        ) AS payment ON payment.order_id = placed.id
        WHERE told.placed IS DISTINCT FROM 1
            OR told.total IS DISTINCT FROM coalesce(
                (
                    SELECT (edit.before ->> 'total')::bigint FROM orders_orderedit AS edit
                    WHERE edit.order_id = placed.id ORDER BY edit.id LIMIT 1
                ),
                placed.total
            )
            OR told.canceled <> (placed.status = 'canceled')::int
            OR told.completed <> (placed.status = 'completed')::int
            OR NOT coalesce(payment.status, 'paid') = ANY (told.payment_statuses)
        """,
    ),
    # A refund that its provider takes back later does not reopen the order: all that were asked
    # for count.
    Check(
        "completed_orders_have_nothing_left_to_send",
        """
        SELECT placed.id AS order_id, placed.number, line.sku, line.quantity, line.fulfilled,
            coalesce(refunded.quantity, 0) AS refunded
        FROM orders_order AS placed
        JOIN orders_orderline AS line ON line.order_id = placed.id
        LEFT JOIN (
            SELECT line_id, sum(quantity) AS quantity FROM orders_refunditem GROUP BY line_id
        ) AS refunded ON refunded.line_id = line.id
        WHERE placed.status = 'completed'
            AND line.quantity > line.fulfilled + coalesce(refunded.quantity, 0)
            AND NOT EXISTS (
                SELECT FROM events_event AS event
                WHERE event.subject_id = placed.id AND event.type = 'order.payment_refunded'
            )
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

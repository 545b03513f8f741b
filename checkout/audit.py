"""Invariants between carts, checkouts and the orders that they became."""

from __future__ import annotations

from core.db.invariants import Check
from pricing.audit import taxes_add_up

CHECKS = [
    Check(
        "checkouts_are_the_sums_of_their_lines",
        """
        SELECT checkout.id AS checkout_id, checkout.subtotal, line.subtotal AS of_lines,
            checkout.discount, checkout.shipping, checkout.tax, checkout.total
        FROM checkout_checkout AS checkout
        LEFT JOIN (
            SELECT checkout_id, sum(unit_price * quantity) AS subtotal, sum(discount) AS discount,
                sum(tax) AS tax,
                bool_and(total = unit_price * quantity - discount) AS lines_add_up
            FROM checkout_checkoutline
            GROUP BY checkout_id
        ) AS line ON line.checkout_id = checkout.id
        WHERE line.checkout_id IS NULL
            OR NOT line.lines_add_up
            OR checkout.subtotal <> line.subtotal
            OR checkout.discount <> line.discount
            OR checkout.tax < line.tax
            OR checkout.total <> checkout.subtotal - checkout.discount + checkout.shipping
                + CASE WHEN checkout.tax_included THEN 0 ELSE checkout.tax END
        """,
    ),
    taxes_add_up(
        "checkouts",
        key="checkout_id",
        table="checkout_checkout",
        lines="checkout_checkoutline",
    ),
    Check(
        "discounts_of_checkouts_are_the_sums_of_what_they_name",
        """
        SELECT line.checkout_id, line.sku, line.discount, named.amount
        FROM checkout_checkoutline AS line
        CROSS JOIN LATERAL (
            SELECT coalesce(sum((each ->> 'amount')::bigint), 0) AS amount
            FROM jsonb_array_elements(line.discounts) AS each
        ) AS named
        WHERE line.discount <> named.amount
        """,
    ),
    # A use that has lapsed may be another's by now.
    Check(
        "promotions_are_used_by_what_they_were_applied_to",
        """
        WITH applied AS (
            SELECT checkout.id AS checkout_id, placed.id AS order_id,
                (each ->> 'id')::uuid AS promotion_id
            FROM checkout_checkout AS checkout
            LEFT JOIN orders_order AS placed ON placed.checkout_id = checkout.id
            CROSS JOIN LATERAL jsonb_array_elements(
                coalesce(placed.promotions, checkout.promotions) -> 'applied'
            ) AS each
            WHERE placed.status <> 'canceled'
                OR placed.id IS NULL
                    AND checkout.status NOT IN ('draft', 'canceled', 'expired')
        )
        SELECT coalesce(applied.checkout_id, use.checkout_id) AS checkout_id,
            coalesce(applied.order_id, use.order_id) AS order_id,
            coalesce(applied.promotion_id, use.promotion_id) AS promotion_id,
            use.id AS redemption_id
        FROM applied
        FULL JOIN pricing_redemption AS use
            ON use.checkout_id = applied.checkout_id AND use.promotion_id = applied.promotion_id
        JOIN checkout_checkout AS checkout
            ON checkout.id = coalesce(applied.checkout_id, use.checkout_id)
        WHERE applied.promotion_id IS NULL
            OR applied.order_id IS DISTINCT FROM use.order_id
            OR use.id IS NULL AND (
                applied.order_id IS NOT NULL
                OR checkout.reservation_expires_at > %(now)s + interval '1 minute'
            )
        """,
    ),
    Check(
        "completed_checkouts_are_one_order_and_no_other_is_any",
        """
        SELECT checkout.id AS checkout_id, checkout.status, count(placed.id) AS orders
        FROM checkout_checkout AS checkout
        LEFT JOIN orders_order AS placed ON placed.checkout_id = checkout.id
        GROUP BY checkout.id
        HAVING count(placed.id) <> (checkout.status = 'completed')::int
        """,
    ),
    Check(
        "orders_are_what_was_checked_out",
        """
        WITH edited AS (
            SELECT DISTINCT ON (order_id) order_id, before
            FROM orders_orderedit
            ORDER BY order_id, id
        ), bought AS (
            SELECT order_id, variant_id, quantity, unit_price, discount, tax
            FROM orders_orderline
            WHERE order_id NOT IN (SELECT order_id FROM edited)
            UNION ALL
            SELECT order_id, (line ->> 'variant_id')::uuid, (line ->> 'quantity')::int,
                (line ->> 'unit_price')::bigint, (line ->> 'discount')::bigint,
                (line ->> 'tax')::bigint
            FROM edited, jsonb_array_elements(before -> 'lines') AS line
        )
        SELECT placed.id AS order_id, placed.number, placed.checkout_id
        FROM orders_order AS placed
        JOIN checkout_checkout AS checkout ON checkout.id = placed.checkout_id
        LEFT JOIN edited ON edited.order_id = placed.id
        WHERE (placed.currency, placed.tax_included) <> (checkout.currency, checkout.tax_included)
            OR (
                coalesce((before ->> 'subtotal')::bigint, placed.subtotal),
                coalesce((before ->> 'discount')::bigint, placed.discount),
                coalesce((before ->> 'shipping')::bigint, placed.shipping),
                coalesce((before ->> 'tax')::bigint, placed.tax)
            ) <> (checkout.subtotal, checkout.discount, checkout.shipping, checkout.tax)
        UNION
        SELECT placed.id, placed.number, placed.checkout_id
        FROM bought
        JOIN orders_order AS placed ON placed.id = bought.order_id
        FULL JOIN (
            SELECT line.*, placed.id AS order_id
            FROM checkout_checkoutline AS line
            JOIN orders_order AS placed ON placed.checkout_id = line.checkout_id
        ) AS wanted
            ON wanted.order_id = bought.order_id AND wanted.variant_id = bought.variant_id
        WHERE (bought.quantity, bought.unit_price, bought.discount, bought.tax)
            IS DISTINCT FROM (wanted.quantity, wanted.unit_price, wanted.discount, wanted.tax)
        """,
    ),
    Check(
        "carts_are_settled_by_their_order",
        """
        SELECT cart.id AS cart_id, cart.status, cart.version, checkout.id AS checkout_id
        FROM checkout_checkout AS checkout
        JOIN carts_cart AS cart ON cart.id = checkout.cart_id
        WHERE checkout.status = 'completed'
            AND cart.status = 'open'
            AND cart.version < checkout.cart_version + 2
        UNION ALL
        SELECT cart.id, cart.status, cart.version, NULL
        FROM carts_cart AS cart
        WHERE cart.status = 'ordered' AND NOT EXISTS (
            SELECT FROM checkout_checkout AS checkout
            WHERE checkout.cart_id = cart.id AND checkout.status = 'completed'
        )
        """,
    ),
    # A reservation that has run out may be released by any checkout that needs the units.
    Check(
        "live_checkouts_hold_their_units_and_no_other_holds_any",
        """
        SELECT checkout.id AS checkout_id, checkout.status, held.stock_id AS variant_id,
            NULL AS wanted, held.quantity AS held
        FROM inventory_reservation AS held
        JOIN checkout_checkout AS checkout ON checkout.id = held.checkout_id
        LEFT JOIN checkout_checkoutline AS line
            ON line.checkout_id = checkout.id AND line.variant_id = held.stock_id
        WHERE checkout.status IN ('draft', 'completed', 'canceled', 'expired')
            OR line.quantity IS DISTINCT FROM held.quantity
        UNION ALL
        SELECT checkout.id, checkout.status, line.variant_id, line.quantity, NULL
        FROM checkout_checkout AS checkout
        JOIN checkout_checkoutline AS line ON line.checkout_id = checkout.id
        LEFT JOIN inventory_reservation AS held
            ON held.checkout_id = checkout.id AND held.stock_id = line.variant_id
        WHERE checkout.status NOT IN ('draft', 'completed', 'canceled', 'expired')
            AND checkout.reservation_expires_at > %(now)s + interval '1 minute'
            AND held.id IS NULL
        """,
    ),
    Check(
        "drafts_are_made_by_staff_and_seen_by_nobody_else",
        """
        SELECT checkout.id AS checkout_id, draft.created_by_id
        FROM checkout_checkout AS checkout
        LEFT JOIN checkout_draftorder AS draft ON draft.checkout_id = checkout.id
        WHERE checkout.status = 'draft'
            AND (draft.checkout_id IS NULL OR checkout.token_hash IS NOT NULL)
        """,
    ),
    Check(
        "checkouts_being_paid_have_a_payment_under_way",
        """
        SELECT checkout.id AS checkout_id, checkout.status
        FROM checkout_checkout AS checkout
        WHERE checkout.status IN ('completing', 'requires_action')
            AND NOT EXISTS (
                SELECT FROM payments_payment AS payment
                WHERE payment.checkout_id = checkout.id
                    AND payment.order_id IS NULL
                    AND payment.status = 'pending'
            )
        """,
    ),
    Check(
        "payments_are_of_the_checkout_that_their_order_was",
        """
        SELECT payment.id AS payment_id, payment.checkout_id, payment.order_id
        FROM payments_payment AS payment
        JOIN orders_order AS placed ON placed.id = payment.order_id
        WHERE payment.checkout_id <> placed.checkout_id
        """,
    ),
    # Nobody is told of what the provider voided by itself before we held it.
    Check(
        "money_that_found_no_order_was_announced",
        """
        SELECT payment.id AS payment_id, payment.checkout_id, payment.captured
        FROM payments_payment AS payment
        LEFT JOIN (
            SELECT data ->> 'payment_id' AS payment_id
            FROM events_event
            WHERE type = 'payment.returned'
        ) AS told ON told.payment_id = payment.id::text
        WHERE payment.order_id IS NULL
            AND told.payment_id IS NULL
            AND (
                payment.captured > 0
                OR EXISTS (
                    SELECT FROM payments_operation AS operation
                    WHERE operation.payment_id = payment.id
                        AND operation.kind = 'void'
                        AND operation.amount > 0
                )
            )
            AND payment.created_at < %(now)s - interval '1 minute'
        """,
    ),
]

"""Invariants of stock, its movements and its reservations."""

from __future__ import annotations

from core.db.invariants import Check

CHECKS = [
    Check(
        "stock_is_the_sum_of_its_movements",
        """
        SELECT stock.variant_id, stock.on_hand, coalesce(ledger.units, 0) AS moved
        FROM inventory_stock AS stock
        LEFT JOIN (
            SELECT stock_id, sum(delta) AS units FROM inventory_movement GROUP BY stock_id
        ) AS ledger ON ledger.stock_id = stock.variant_id
        WHERE stock.on_hand <> coalesce(ledger.units, 0)
        """,
    ),
    Check(
        "reserved_stock_is_the_sum_of_reservations",
        """
        SELECT stock.variant_id, stock.reserved, coalesce(held.units, 0) AS held
        FROM inventory_stock AS stock
        LEFT JOIN (
            SELECT stock_id, sum(quantity) AS units FROM inventory_reservation GROUP BY stock_id
        ) AS held ON held.stock_id = stock.variant_id
        WHERE stock.reserved <> coalesce(held.units, 0)
        """,
    ),
    Check(
        "no_more_is_promised_than_there_is",
        """
        SELECT variant_id, on_hand, reserved
        FROM inventory_stock
        WHERE reserved < 0
            OR (tracked AND NOT backorder AND (on_hand < 0 OR reserved > on_hand))
        """,
    ),
    Check(
        "movements_name_their_order_and_go_its_way",
        """
        SELECT id AS movement_id, stock_id AS variant_id, kind, delta, order_id
        FROM inventory_movement
        WHERE delta = 0
            OR (kind IN ('sale', 'cancellation', 'return', 'edit')) <> (order_id IS NOT NULL)
            OR (kind = 'sale' AND delta > 0)
            OR (kind IN ('cancellation', 'return', 'edit') AND delta < 0)
        """,
    ),
]

"""Invariants of what is sold."""

from __future__ import annotations

from core.db.invariants import Check

CHECKS = [
    Check(
        "every_variant_has_stock",
        """
        SELECT variant.id AS variant_id, variant.sku
        FROM catalog_variant AS variant
        LEFT JOIN inventory_stock AS stock ON stock.variant_id = variant.id
        WHERE stock.variant_id IS NULL
        """,
    ),
]

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
    Check(
        "pictures_have_files",
        """
        SELECT image.id AS image_id, file.digest, file.status
        FROM catalog_image AS image JOIN catalog_imagefile AS file ON file.digest = image.file_id
        WHERE file.status IN ('uploading', 'deleting')
        """,
    ),
    Check(
        "the_history_of_prices_ends_with_todays",
        """
        SELECT coalesce(price.variant_id, last.variant_id) AS variant_id,
            coalesce(price.currency, last.currency) AS currency, price.amount, last.amount AS was
        FROM catalog_price AS price
        FULL JOIN (
            SELECT DISTINCT ON (variant_id, currency) variant_id, currency, amount, compare_at
            FROM catalog_pricechange ORDER BY variant_id, currency, starts_at DESC
        ) AS last ON (last.variant_id, last.currency) = (price.variant_id, price.currency)
        WHERE (price.amount, price.compare_at) IS DISTINCT FROM (last.amount, last.compare_at)
        """,
    ),
    Check(
        "the_history_of_price_lists_ends_with_todays",
        """
        SELECT list.id AS price_list_id, list.code
        FROM pricing_pricelist AS list
        LEFT JOIN LATERAL (
            SELECT * FROM pricing_pricelistchange WHERE price_list_id = list.id
            ORDER BY at DESC, id DESC LIMIT 1
        ) AS last ON true
        WHERE (list.customer_group, list.tax_included, list.priority, list.starts_at, list.ends_at,
            list.active AND list.deleted_at IS NULL)
            IS DISTINCT FROM (last.customer_group, last.tax_included, last.priority,
            last.starts_at, last.ends_at, last.active)
        """,
    ),
]

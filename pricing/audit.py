"""Invariants of what prices depend on: promotions and their uses, rates of tax, the ledger."""

from __future__ import annotations

from core.db.invariants import Check

CHECKS = [
    Check(
        "slots_are_used_once_and_within_their_limit",
        """
        SELECT scope, number, max(at_most) AS at_most, count(*) AS times
        FROM pricing_slot
        GROUP BY scope, number
        HAVING count(*) > 1 OR number > max(at_most)
        """,
    ),
    # A slot that has lapsed may be another's by now.
    Check(
        "limited_uses_have_their_slots",
        """
        SELECT use.id AS redemption_id, use.promotion_id, counted.scope, use.held_until,
            slot.number, slot.free_from
        FROM pricing_redemption AS use
        JOIN pricing_promotion AS promotion ON promotion.id = use.promotion_id
        LEFT JOIN pricing_promotioncode AS code ON code.id = use.code_id
        CROSS JOIN LATERAL (VALUES
            (promotion.id, promotion.usage_limit),
            (code.id, code.usage_limit),
            (
                CASE WHEN use.customer_key <> ''
                THEN md5(promotion.id || ':' || use.customer_key)::uuid END,
                promotion.per_customer_limit
            )
        ) AS counted (scope, at_most)
        LEFT JOIN pricing_slot AS slot
            ON slot.scope = counted.scope AND slot.redemption_id = use.id
        WHERE counted.scope IS NOT NULL AND counted.at_most IS NOT NULL
            AND (use.held_until IS NULL OR use.held_until > %(now)s + interval '1 minute')
            AND (slot.id IS NULL OR slot.free_from IS DISTINCT FROM use.held_until)
        UNION ALL
        SELECT NULL, promotion_id, scope, NULL, number, free_from
        FROM pricing_slot
        WHERE redemption_id IS NULL AND free_from IS NULL
        """,
    ),
    Check(
        "tax_rates_of_a_place_and_class_do_not_overlap",
        """
        SELECT one.id AS rate_id, other.id AS other_id, one.country, one.region, one.tax_class
        FROM pricing_taxrate AS one
        JOIN pricing_taxrate AS other
            ON (other.country, other.region, other.tax_class, other.added)
                = (one.country, one.region, one.tax_class, one.added)
            AND other.id > one.id
            AND (NOT one.added OR other.title = one.title)
            AND daterange(other.valid_from, other.valid_to, '[]')
                && daterange(one.valid_from, one.valid_to, '[]')
        """,
    ),
]


def taxes_add_up(of: str, *, key: str, table: str, lines: str) -> Check:
    """Return the check that the tax of priced rows is the sum of its entries.

    Where a line has entries, or shipping has: what was priced before there were any has none.
    """
    return Check(
        f"taxes_of_{of}_are_the_sums_of_their_entries",
        f"""
        SELECT priced.id AS {key}, priced.tax, line.tax AS of_lines, line.entries,
            priced.shipping_taxes
        FROM {table} AS priced
        JOIN (
            SELECT line.{key}, sum(line.tax) AS tax, sum(entry.tax) AS entries,
                bool_and(line.tax = entry.tax) AS lines_add_up,
                bool_or(line.taxes <> '[]') AS has_entries
            FROM {lines} AS line
            CROSS JOIN LATERAL (
                SELECT coalesce(sum((found ->> 'amount')::bigint), 0) AS tax
                FROM jsonb_array_elements(line.taxes) AS found
            ) AS entry
            GROUP BY line.{key}
        ) AS line ON line.{key} = priced.id
        CROSS JOIN LATERAL (
            SELECT coalesce(sum((found ->> 'amount')::bigint), 0) AS tax
            FROM jsonb_array_elements(priced.shipping_taxes) AS found
        ) AS shipping
        WHERE (line.has_entries OR priced.shipping_taxes <> '[]')
            AND (NOT line.lines_add_up OR priced.tax <> line.tax + shipping.tax)
        """,  # noqa: S608 -- names of our own tables
    )

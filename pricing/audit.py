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

"""Invariants of what prices depend on."""

from __future__ import annotations

from core.db.invariants import Check

CHECKS = [
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

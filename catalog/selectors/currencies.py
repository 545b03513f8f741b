"""The currencies that the catalog has prices in."""

from __future__ import annotations

from django.db import connection

# Steps through an index from one currency to the next: DISTINCT would read every price.
_CURRENCIES = """
WITH RECURSIVE priced AS (
    SELECT min(currency) AS currency FROM catalog_price
    UNION ALL
    SELECT (SELECT min(price.currency) FROM catalog_price AS price
             WHERE price.currency > priced.currency)
      FROM priced WHERE priced.currency IS NOT NULL
)
SELECT currency FROM priced WHERE currency IS NOT NULL
"""


def priced_currencies() -> set[str]:
    """Return the currencies of all regular prices. One statement, of as many steps as there are."""
    with connection.cursor() as cursor:
        cursor.execute(_CURRENCIES)
        return {currency for (currency,) in cursor.fetchall()}

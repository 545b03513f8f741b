"""What has been used as often as it can be."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db import connection

from pricing.domain import Terms
from pricing.domain.usage import scopes_in

# A number above those that are free, or held by the checkout itself, is only used if there is one.
_USED_UP = """
SELECT wanted.scope
FROM unnest(%(scopes)s::uuid[], %(limits)s::int[]) AS wanted (scope, at_most)
WHERE EXISTS (
    SELECT FROM pricing_slot AS slot
    WHERE slot.scope = wanted.scope AND slot.number >= wanted.at_most
) AND NOT EXISTS (
    SELECT FROM pricing_slot AS slot
    WHERE slot.scope = wanted.scope AND slot.free_from <= %(now)s
        AND slot.number <= wanted.at_most
) AND NOT EXISTS (
    SELECT FROM pricing_redemption AS own
    JOIN pricing_slot AS slot ON slot.redemption_id = own.id
    WHERE own.checkout_id = ANY(%(held_by)s::uuid[])
        AND slot.scope = wanted.scope AND slot.number <= wanted.at_most
)
"""


def used_up(
    terms: Terms, *, customer_key: str = "", held_by: Collection[UUID] = (), now: datetime
) -> Mapping[str, str]:
    """Return what cannot be used any more, and why, as `Basket.used_up` has it.

    One statement, none without limits. What the checkouts `held_by` hold is not used.
    """
    scopes = scopes_in(terms, customer_key)
    if not scopes:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            _USED_UP,
            {
                "scopes": [scope.id for scope in scopes],
                "limits": [scope.at_most for scope in scopes],
                "held_by": list(held_by),
                "now": now,
            },
        )
        gone = {scope for (scope,) in cursor.fetchall()}
    return {scope.name: scope.reason for scope in scopes if scope.id in gone}

"""What one buyer is priced by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from accounts.selectors import customer_groups_of
from pricing.domain import Buyer, Terms, offering
from pricing.selectors.rules import rules_and_codes


def terms_for(
    *,
    customer_id: UUID | None,
    groups: frozenset[str] | None = None,
    currency: str,
    codes: Sequence[str] = (),
    tax_included: bool | None = None,
    now: datetime,
) -> Terms:
    """Return the terms of a customer, or of a guest (None), who has entered `codes`, at `now`.

    In the customer's groups, unless `groups` says of whom it is asked. `tax_included` is what a
    purchase that has begun was told of its prices. One statement, and one more for a customer in
    a shop whose rules mention groups.
    """
    rules, known = rules_and_codes(codes)
    if groups is None and customer_id is not None and rules.mention_groups:
        groups = customer_groups_of(customer_id)
    groups = groups or frozenset()
    prices = offering(
        rules.price_lists,
        groups,
        currency=currency,
        shop_includes_tax=rules.tax.included,
        only=tax_included,
        now=now,
    )
    rules = rules.with_tax(included=prices.tax_included)
    return Terms(rules, Buyer(groups), prices, now, known)

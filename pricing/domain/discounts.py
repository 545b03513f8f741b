"""What promotions take off a basket, and why they do or do not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pricing.domain.basket import Basket
from pricing.domain.ledger import Entry, Explanation
from pricing.domain.promotions import Promotion


def discounts_of(
    basket: Basket, promotions: Sequence[Promotion], *, now: datetime
) -> tuple[list[Entry], Explanation]:
    """Return the discounts of a basket, and which promotion gave them or why it did not.

    No line, and no shipping, is discounted by more than its price.
    """
    return [], Explanation(submitted=tuple(entered.code for entered in basket.codes))

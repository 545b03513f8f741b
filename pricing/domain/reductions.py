"""What has to be told beside a reduced price: the lowest one of the 30 days before.

Directive 98/6/EC, article 6a, as directive (EU) 2019/2161 has it; read as the Commission does
in its guidance 2021/C 526/02, and the Court in C-330/23 (Aldi Süd).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

REFERENCE_PERIOD = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Shown:
    """What everyone was asked for a variant from `since` on, in minor units.

    `price` None: it was not for sale. `before` is the higher price that it was compared with,
    None where no reduction was announced.
    """

    since: datetime
    price: int | None
    before: int | None = None


def lowest_before_reduction(shown: Sequence[Shown]) -> int | None:
    """Return the lowest price of the 30 days before the reduction that the last of `shown` is.

    None without a reduction, or without a price before it. `shown` is in order of time. A
    reduction begins when its price is first announced as reduced: one that goes on keeps its
    prior price, however long it lasts, and each further lowering has one of its own. Article
    6a(5), by which Member States may let the steps of a progressive reduction share the price
    before the first one, is not used: what this returns is lawful in all of them.
    """
    last = shown[-1]
    if last.before is None:
        return None
    first = len(shown) - 1
    while first and shown[first - 1].before is not None and shown[first - 1].price == last.price:
        first -= 1
    begun = shown[first].since
    # Each of them was asked until the next one began.
    ended_in_time = (
        each.price
        for each, following in pairwise(shown[: first + 1])
        if following.since > begun - REFERENCE_PERIOD
    )
    return min((price for price in ended_in_time if price is not None), default=None)

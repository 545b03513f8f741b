"""What has to be told beside a reduced price: the lowest one of the 30 days before.

Directive 98/6/EC, article 6a, as directive (EU) 2019/2161 has it; read as the Commission does
in its guidance 2021/C 526/02, and the Court in C-330/23 (Aldi Süd).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TypeVar

from pricing.domain.price_lists import PriceList, offering, unit_prices

T = TypeVar("T")

REFERENCE_PERIOD = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class RegularPrice:
    """The shop's own price and what it is compared with, in minor units; None: there is none."""

    amount: int | None
    compare_at: int | None = None

    @property
    def before(self) -> int | None:
        """The higher price that it is announced as a reduction of, if it is."""
        return _higher(self.amount, self.compare_at)


@dataclass(frozen=True, slots=True)
class ListHistory:
    """What a price list said, and one unit of a variant cost in it, each from a moment on.

    None: it was not in use, or had no price.
    """

    terms: Sequence[tuple[datetime, PriceList | None]]
    prices: Sequence[tuple[datetime, int | None]]


@dataclass(frozen=True, slots=True)
class PriceHistory:
    """Everything that decides what everyone is asked for one unit of a variant.

    All sequences are in order of time; each of their values holds until the next one.
    """

    currency: str
    shop_includes_tax: bool
    regular: Sequence[tuple[datetime, RegularPrice]]
    lists: Sequence[ListHistory] = ()

    def shown_at(self, moment: datetime) -> Shown:
        """Return what everyone is asked at a moment."""
        prices = {}
        for each in self.lists:
            terms, amount = _latest(each.terms, moment), _latest(each.prices, moment)
            if terms is not None:
                prices[terms] = {1: amount}
        offered = offering(
            prices,
            frozenset(),
            currency=self.currency,
            shop_includes_tax=self.shop_includes_tax,
            now=moment,
        )
        regular = _latest(self.regular, moment) or RegularPrice(None)
        own = regular.amount if offered.regular else None
        amount = unit_prices(own, [prices[each] for each in offered.lists])[1]
        before = _higher(amount, regular.compare_at)
        return Shown(moment, amount, _higher(amount, own) if before is None else before)

    def shown_until(self, now: datetime) -> list[Shown]:
        """Return everything that everyone was asked until `now`, in order of time."""
        moments = {moment for moment, _ in self.regular}
        for each in self.lists:
            moments |= {moment for moment, _ in each.prices}
            for moment, terms in each.terms:
                ends = (terms.starts_at, terms.ends_at) if terms else ()
                moments |= {moment, *(end for end in ends if end is not None)}
        return [self.shown_at(moment) for moment in sorted({*moments, now}) if moment <= now]


@dataclass(frozen=True, slots=True)
class Shown:
    """What everyone was asked for a variant from `since` on, in minor units.

    `amount` None: it was not for sale. `before` is the higher price that it was compared with,
    None where no reduction was announced.
    """

    since: datetime
    amount: int | None
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
    while first and shown[first - 1].before is not None and shown[first - 1].amount == last.amount:
        first -= 1
    begun = shown[first].since
    # Each of them was asked until the next one began.
    ended_in_time = (
        each.amount
        for each, following in pairwise(shown[: first + 1])
        if following.since > begun - REFERENCE_PERIOD
    )
    return min((amount for amount in ended_in_time if amount is not None), default=None)


def _latest(rows: Sequence[tuple[datetime, T]], moment: datetime) -> T | None:
    """Return the value that holds at a moment, None before the first one."""
    return next((value for since, value in reversed(rows) if since <= moment), None)


def _higher(amount: int | None, other: int | None) -> int | None:
    """Return `other` where it is the higher price."""
    return other if amount is not None and other is not None and other > amount else None

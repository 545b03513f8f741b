"""Which of the shop's prices a buyer gets: those of price lists, and the regular ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.errors import Conflict, Invalid, NotFound

# What each unit costs from a number of units on, by that number; None is no price any more.
Tiers = Mapping[int, int | None]


class PriceListNotFound(NotFound):
    """There is no such price list."""


class PriceListCodeTaken(Conflict):
    """Another price list has this code."""

    code = "code_taken"


class DatesReversed(Invalid):
    """The end has to be after the start."""

    code = "dates_reversed"


class UnknownCustomerGroup(Invalid):
    """There is no group of customers with this code."""

    code = "unknown_customer_group"


@dataclass(frozen=True, slots=True)
class PriceList:
    """Prices in one currency beside the regular ones, for everyone or for a group of customers.

    Of lists with a price for the same units the one of higher `priority` counts, then the one
    whose code comes first. It holds from `starts_at` on and ends before `ends_at`.
    `tax_included` None is the shop's setting.
    """

    id: UUID
    code: str
    currency: str
    customer_group: str = ""
    tax_included: bool | None = None
    priority: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def is_for(self, groups: frozenset[str], *, currency: str, now: datetime) -> bool:
        """Tell whether buyers of these groups get its prices at `now`."""
        return (
            self.currency == currency
            and (not self.customer_group or self.customer_group in groups)
            and (self.starts_at is None or self.starts_at <= now)
            and (self.ends_at is None or now < self.ends_at)
        )


@dataclass(frozen=True, slots=True)
class Offering:
    """The prices that a buyer gets: of `lists`, the best first, then `regular` ones if any.

    All of them include their tax, or none does.
    """

    lists: tuple[PriceList, ...] = ()
    regular: bool = True
    tax_included: bool = False


def offering(
    lists: Iterable[PriceList],
    groups: frozenset[str],
    *,
    currency: str,
    shop_includes_tax: bool,
    only: bool | None = None,
    now: datetime,
) -> Offering:
    """Return which prices a buyer of these groups gets at `now`.

    The best list decides whether prices include their tax; those that say otherwise, the
    regular ones among them, are then out, because gross and net amounts do not add up. `only`
    decides instead of the best list, for a purchase that has begun.
    """
    found = [each for each in lists if each.is_for(groups, currency=currency, now=now)]
    found.sort(key=lambda each: (-each.priority, each.code))
    modes = [
        shop_includes_tax if each.tax_included is None else each.tax_included for each in found
    ]
    mode = only if only is not None else modes[0] if modes else shop_includes_tax
    return Offering(
        lists=tuple(each for each, its in zip(found, modes, strict=True) if its is mode),
        regular=mode is shop_includes_tax,
        tax_included=mode,
    )


def unit_prices(regular: int | None, lists: Sequence[Tiers]) -> dict[int, int | None]:
    """Return what a unit costs from each number of units on where that changes, 1 the first.

    The best of `lists` that has a price for so many units counts, whatever the others say, and
    `regular` where none has.
    """
    prices: dict[int, int | None] = {}
    reached: list[int | None] = [None] * len(lists)
    last: int | None = None
    for quantity in sorted({1}.union(*lists)):
        for position, tiers in enumerate(lists):
            amount = tiers.get(quantity)
            if amount is not None:
                reached[position] = amount
        price = next((amount for amount in reached if amount is not None), regular)
        if quantity == 1 or price != last:
            prices[quantity] = last = price
    return prices

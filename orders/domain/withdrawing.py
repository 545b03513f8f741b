"""Withdrawing from a purchase: until when, and what of it (Directive 2011/83/EU, Articles 9 to 14).

The buyer needs no reason, and the shop cannot refuse. What was not sent is not sent any more; what
was sent comes back. A buyer who keeps nothing gets the cost of delivery back, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.errors import Conflict
from core.states import InvalidTransition
from orders.domain.rules import FulfillmentStatus, OrderStatus, UnknownItem
from orders.domain.units import LineUnits

_SATURDAY = 5


class WithdrawalNotOffered(Conflict):
    """This shop offers no withdrawal; ask for a return."""

    code = "withdrawal_not_offered"


class WithdrawalPeriodOver(Conflict):
    """The time for withdrawing from this purchase is over."""

    code = "withdrawal_period_over"


class WithdrawalExceedsOrdered(Conflict):
    """More units would be withdrawn than were bought and are neither returned nor refunded."""

    code = "withdrawal_exceeds_ordered"


@dataclass(frozen=True, slots=True)
class WithdrawnUnits:
    """What is withdrawn from, in units by SKU; `everything` when the buyer keeps nothing."""

    unsent: Mapping[str, int]
    sent: Mapping[str, int]
    everything: bool

    @property
    def by_sku(self) -> dict[str, int]:
        """Return the units, sent or not."""
        skus = dict.fromkeys((*self.unsent, *self.sent))
        return {sku: self.unsent.get(sku, 0) + self.sent.get(sku, 0) for sku in skus}

    @property
    def cancels(self) -> bool:
        """Whether it is the whole order, before anything of it was sent."""
        return self.everything and not self.sent


def withdrawal_deadline(arrived_at: datetime, *, days: int, zone: ZoneInfo) -> datetime:
    """Return the last second of the period, which begins the day after the last part has arrived.

    A period that would end on a Saturday or a Sunday ends with the next Monday (Regulation 1182/71,
    Article 3). Holidays differ from country to country, and are not known here.
    """
    last = arrived_at.astimezone(zone).date() + timedelta(days=days)
    if last.weekday() >= _SATURDAY:
        last += timedelta(days=7 - last.weekday())
    return datetime.combine(last, time(23, 59, 59), zone).astimezone(UTC)


def require_within_period(deadline: datetime | None, now: datetime) -> None:
    """Raise `WithdrawalPeriodOver` after the deadline; without one the period has not begun."""
    if deadline is not None and now >= deadline + timedelta(seconds=1):
        raise WithdrawalPeriodOver(deadline=deadline)


def require_withdrawable(status: OrderStatus) -> None:
    """Raise `InvalidTransition` for an order that is canceled: nothing of it is bought any more."""
    if status is OrderStatus.CANCELED:
        members: dict[str, Any] = {"from": status, "to": FulfillmentStatus.RETURNED, "allowed": []}
        raise InvalidTransition("This order is canceled already.", **members)


def units_to_withdraw(wanted: Mapping[str, int], lines: Mapping[str, LineUnits]) -> WithdrawnUnits:
    """Return the units to withdraw from by SKU: those wanted, or all there are if none are named.

    Units that were not sent come first: they need not come back. Raises `UnknownItem`, and
    `WithdrawalExceedsOrdered` naming every SKU of which fewer are left.
    """
    if unknown := [sku for sku in wanted if sku not in lines]:
        raise UnknownItem(skus=unknown).at("/items")
    there = {sku: line.left + line.returnable for sku, line in lines.items()}
    units = dict(wanted) or {sku: count for sku, count in there.items() if count}
    short = [{"sku": sku, "left": there[sku]} for sku, count in units.items() if count > there[sku]]
    if short or not units:
        raise WithdrawalExceedsOrdered(items=short)
    unsent = {sku: min(count, lines[sku].left) for sku, count in units.items()}
    return WithdrawnUnits(
        unsent={sku: count for sku, count in unsent.items() if count},
        sent={sku: count - unsent[sku] for sku, count in units.items() if count > unsent[sku]},
        everything=there == {**dict.fromkeys(there, 0), **units},
    )


def keeps_nothing(lines: Iterable[LineUnits]) -> bool:
    """Tell whether everything of an order is on its way back, or was refunded."""
    return not any(line.left or line.returnable for line in lines)

"""Where the units of an order are: ordered, sent, coming back, refunded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.states import InvalidTransition
from orders.domain.rules import (
    FulfillmentExceedsOrdered,
    FulfillmentStatus,
    ReturnExceedsFulfilled,
    ShipmentStatus,
    UnknownItem,
)


@dataclass(frozen=True, slots=True)
class LineUnits:
    """The units of a line.

    `claimed` are in returns that were not rejected, `returned` of them have arrived. Of those
    `refunded`, `refunded_returned` had been returned; the others are taken to be units that
    were not sent, as long as there are any.
    """

    ordered: int
    fulfilled: int = 0
    refunded: int = 0
    claimed: int = 0
    returned: int = 0
    refunded_returned: int = 0

    @property
    def left(self) -> int:
        """How many are left to send; what is refunded before it was sent is not waited for."""
        return max(0, self.ordered - self.fulfilled - self._refunded_otherwise)

    @property
    def returnable(self) -> int:
        """How many a return can still ask for: sent, neither in a return nor refunded without."""
        not_sent = self.ordered - self.fulfilled
        kept_refunded = max(0, self._refunded_otherwise - not_sent)
        return max(0, self.fulfilled - self.claimed - kept_refunded)

    @property
    def refundable_returned(self) -> int:
        """How many that have come back can still be refunded."""
        return min(self.returned - self.refunded_returned, self.ordered - self.refunded)

    @property
    def _refunded_otherwise(self) -> int:
        return self.refunded - self.refunded_returned


def fulfillment_status_of(lines: Iterable[LineUnits]) -> FulfillmentStatus:
    """Return the status that follows from the units of all lines."""
    lines = list(lines)
    sent = sum(line.fulfilled for line in lines)
    if not sent:
        return FulfillmentStatus.UNFULFILLED
    if any(line.left for line in lines):
        return FulfillmentStatus.PARTIALLY_FULFILLED
    if sent == sum(line.returned for line in lines):
        return FulfillmentStatus.RETURNED
    return FulfillmentStatus.FULFILLED


def units_to_send(wanted: Mapping[str, int], lines: Mapping[str, LineUnits]) -> dict[str, int]:
    """Return the units to send by SKU: those wanted, or all that are left where none are named.

    Raises `UnknownItem`, and `FulfillmentExceedsOrdered` naming every SKU of which fewer are left.
    """
    _require_known(wanted, lines)
    units = dict(wanted) or {sku: line.left for sku, line in lines.items() if line.left}
    short = [
        {"sku": sku, "left": lines[sku].left}
        for sku, count in units.items()
        if count > lines[sku].left
    ]
    if short or not units:
        raise FulfillmentExceedsOrdered(items=short)
    return units


def require_returnable(wanted: Mapping[str, int], lines: Mapping[str, LineUnits]) -> None:
    """Raise `UnknownItem`, or `ReturnExceedsFulfilled` naming every SKU with fewer to return."""
    _require_known(wanted, lines)
    short = [
        {"sku": sku, "returnable": lines[sku].returnable}
        for sku, count in wanted.items()
        if count > lines[sku].returnable
    ]
    if short:
        raise ReturnExceedsFulfilled(items=short)


def require_not_coming_back(taken_back: Mapping[str, int], lines: Mapping[str, LineUnits]) -> None:
    """Raise `InvalidTransition` when a fulfillment to be taken back has units that are in a return.

    A buyer who has them has been sent them.
    """
    if any(lines[sku].fulfilled - count < lines[sku].claimed for sku, count in taken_back.items()):
        members: dict[str, Any] = {
            "from": ShipmentStatus.SHIPPED,
            "to": ShipmentStatus.CANCELED,
            "allowed": [ShipmentStatus.DELIVERED],
        }
        raise InvalidTransition("Units of this fulfillment are in a return.", **members)


def _require_known(wanted: Mapping[str, int], lines: Mapping[str, LineUnits]) -> None:
    if unknown := [sku for sku in wanted if sku not in lines]:
        raise UnknownItem(skus=unknown).at("/items")

"""The rules of an order's life: its states, the steps between them, and what a refund is worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.errors import Conflict, Invalid, NotFound
from core.money import Money
from core.states import InvalidTransition, Status, require_transition
from payments.domain import PaymentStatus


class OrderStatus(Status):
    """How far an order is."""

    OPEN = "open"
    COMPLETED = "completed"
    CANCELED = "canceled"


class FulfillmentStatus(Status):
    """How much of an order has been sent."""

    UNFULFILLED = "unfulfilled"
    PARTIALLY_FULFILLED = "partially_fulfilled"
    FULFILLED = "fulfilled"
    RETURNED = "returned"


# An order is to be fulfilled while it is open, in one of the first and in one of the second:
# what is not paid is to be paid first, and what was refunded in full is not sent any more.
UNSENT = (FulfillmentStatus.UNFULFILLED.value, FulfillmentStatus.PARTIALLY_FULFILLED.value)
FULFILLABLE_PAYMENTS = (
    PaymentStatus.AUTHORIZED.value,
    PaymentStatus.PAID.value,
    PaymentStatus.PARTIALLY_REFUNDED.value,
)


class ShipmentStatus(Status):
    """How far one fulfillment is: the units that were sent together."""

    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELED = "canceled"


# From -> the statuses that may follow.
SHIPMENT_TRANSITIONS: dict[ShipmentStatus, frozenset[ShipmentStatus]] = {
    ShipmentStatus.SHIPPED: frozenset({ShipmentStatus.DELIVERED, ShipmentStatus.CANCELED}),
    ShipmentStatus.DELIVERED: frozenset(),
    ShipmentStatus.CANCELED: frozenset(),
}

TRANSITIONS: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.OPEN: frozenset({OrderStatus.COMPLETED, OrderStatus.CANCELED}),
    OrderStatus.COMPLETED: frozenset(),
    OrderStatus.CANCELED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """What a checkout needs to know of the order it has become."""

    id: UUID
    number: str


class OrderNotFound(NotFound):
    """There is no such order, or it is not yours."""


class AmountCurrencyMismatch(Invalid):
    """The amount is in another currency than the order."""

    code = "currency_mismatch"


class UnknownItem(Invalid):
    """This order has no such item."""

    code = "unknown_item"


class RefundExceedsOrdered(Conflict):
    """More units would be refunded than were ordered and not refunded yet."""

    code = "refund_exceeds_ordered"


class FulfillmentExceedsOrdered(Conflict):
    """More units would be sent than are left to send."""

    code = "fulfillment_exceeds_ordered"


class FulfillmentNotFound(NotFound):
    """This order has no such fulfillment."""


class RestockExceedsOrdered(Conflict):
    """More units would be restocked than were ordered."""

    code = "restock_exceeds_ordered"


def require_not_canceled(status: OrderStatus) -> None:
    """Raise `InvalidTransition` for an order that is canceled: nothing of it is sent any more."""
    if status is OrderStatus.CANCELED:
        members: dict[str, Any] = {"from": status, "to": FulfillmentStatus.FULFILLED, "allowed": []}
        raise InvalidTransition("This order is canceled; nothing of it can be sent.", **members)


def require_cancelable(
    status: OrderStatus, fulfillment: FulfillmentStatus, *, by_staff: bool
) -> None:
    """Raise `InvalidTransition` unless the order can be canceled.

    Customers cancel what nobody has begun to send, staff what has not been sent whole.
    """
    require_transition(TRANSITIONS, status, OrderStatus.CANCELED, noun="An order")
    cancelable = {FulfillmentStatus.UNFULFILLED}
    if by_staff:
        cancelable.add(FulfillmentStatus.PARTIALLY_FULFILLED)
    if fulfillment not in cancelable:
        members: dict[str, Any] = {"from": fulfillment, "to": OrderStatus.CANCELED, "allowed": []}
        raise InvalidTransition("This order has been sent; it can be returned.", **members)


def amount_in(currency: str, money: Money | None) -> int | None:
    """Return minor units of the order's currency. Raises `AmountCurrencyMismatch`."""
    if money is None:
        return None
    if money.currency != currency:
        raise AmountCurrencyMismatch(currency=currency).at("/amount/currency")
    return money.amount


def refund_share(*, paid: int, ordered: int, refunded: int, units: int) -> int:
    """Return what the next `units` of a line are worth, in minor units.

    `paid` is what the line of `ordered` units cost with tax, `refunded` how many of them were
    refunded before. The shares of all units add up to exactly what was paid.
    """
    return paid * (refunded + units) // ordered - paid * refunded // ordered


@dataclass(frozen=True, slots=True)
class LineUnits:
    """The units of a line: ordered, sent, and refunded, which need not be sent any more."""

    ordered: int
    fulfilled: int = 0
    refunded: int = 0

    @property
    def left(self) -> int:
        """How many are left to send."""
        return max(0, self.ordered - self.fulfilled - self.refunded)


def fulfillment_status_of(lines: Iterable[LineUnits]) -> FulfillmentStatus:
    """Return the status that follows from the units of all lines.

    What is refunded before it was sent is not waited for: an order whose other units have been
    sent is fulfilled.
    """
    lines = list(lines)
    if not any(line.fulfilled for line in lines):
        return FulfillmentStatus.UNFULFILLED
    if any(line.left for line in lines):
        return FulfillmentStatus.PARTIALLY_FULFILLED
    return FulfillmentStatus.FULFILLED


def units_to_send(wanted: Mapping[str, int], lines: Mapping[str, LineUnits]) -> dict[str, int]:
    """Return the units to send by SKU: those wanted, or all that are left where none are named.

    Raises `UnknownItem`, and `FulfillmentExceedsOrdered` naming every SKU of which fewer are left.
    """
    if unknown := [sku for sku in wanted if sku not in lines]:
        raise UnknownItem(skus=unknown).at("/items")
    units = dict(wanted) or {sku: line.left for sku, line in lines.items() if line.left}
    short = [
        {"sku": sku, "left": lines[sku].left}
        for sku, count in units.items()
        if count > lines[sku].left
    ]
    if short or not units:
        raise FulfillmentExceedsOrdered(items=short)
    return units

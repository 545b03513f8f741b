"""The rules of an order's life: its states and the steps between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from core.errors import Conflict, Invalid, NotFound
from core.money import Money


class _Status(StrEnum):
    @property
    def label(self) -> str:
        """For people."""
        return self.value.replace("_", " ").capitalize()


class OrderStatus(_Status):
    """Where an order stands."""

    OPEN = "open"
    COMPLETED = "completed"
    CANCELED = "canceled"


class FulfillmentStatus(_Status):
    """How much of an order has been sent."""

    UNFULFILLED = "unfulfilled"
    PARTIALLY_FULFILLED = "partially_fulfilled"
    FULFILLED = "fulfilled"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """What a checkout needs to know of the order it has become."""

    id: UUID
    number: str


# From -> the statuses that may follow.
TRANSITIONS: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.OPEN: frozenset({OrderStatus.COMPLETED, OrderStatus.CANCELED}),
    OrderStatus.COMPLETED: frozenset(),
    OrderStatus.CANCELED: frozenset(),
}


class OrderNotFound(NotFound):
    """There is no such order, or it is not yours."""


class InvalidTransition(Conflict):
    """The order's state does not allow this step."""

    code = "invalid_transition"


def require_transition(current: OrderStatus, wanted: OrderStatus) -> None:
    """Raises `InvalidTransition`, saying from, to and what is allowed."""
    allowed = TRANSITIONS[current]
    if wanted not in allowed:
        members: dict[str, Any] = {"from": current, "to": wanted, "allowed": sorted(allowed)}
        raise InvalidTransition(
            f"An order that is {current.label.lower()} cannot become {wanted.label.lower()}.",
            **members,
        )


def require_cancelable(
    status: OrderStatus, fulfillment: FulfillmentStatus, *, by_staff: bool
) -> None:
    """Customers cancel what nobody has begun to send, staff what has not been sent whole.

    Raises `InvalidTransition`.
    """
    require_transition(status, OrderStatus.CANCELED)
    cancelable = {FulfillmentStatus.UNFULFILLED}
    if by_staff:
        cancelable.add(FulfillmentStatus.PARTIALLY_FULFILLED)
    if fulfillment not in cancelable:
        members: dict[str, Any] = {"from": fulfillment, "to": OrderStatus.CANCELED, "allowed": []}
        raise InvalidTransition("This order has been sent; it can be returned.", **members)


class AmountCurrencyMismatch(Invalid):
    """The amount is in another currency than the order."""

    code = "currency_mismatch"


def amount_in(currency: str, money: Money | None) -> int | None:
    """Minor units of the order's currency. Raises `AmountCurrencyMismatch`."""
    if money is None:
        return None
    if money.currency != currency:
        raise AmountCurrencyMismatch(currency=currency).at("/amount/currency")
    return money.amount


class UnknownItem(Invalid):
    """This order has no such item."""

    code = "unknown_item"


class RefundExceedsOrdered(Conflict):
    """More units would be paid back than were ordered."""

    code = "refund_exceeds_ordered"


class RestockExceedsOrdered(Conflict):
    """More units would be put back than were ordered."""

    code = "restock_exceeds_ordered"


class BoughtLine(Protocol):
    """As much of an order line as refunds need; amounts in minor units."""

    variant_id: UUID
    sku: str
    quantity: int
    tax: int
    total: int


@dataclass(frozen=True, slots=True)
class RefundedItem:
    """Units of a line that are paid back, and what the whole line was worth with tax."""

    variant_id: UUID
    sku: str
    units: int
    ordered: int
    paid: int

    @classmethod
    def of(cls, line: BoughtLine | None, *, sku: str, units: int) -> RefundedItem:
        """Raises `UnknownItem`, or `RefundExceedsOrdered` when the line has fewer units."""
        if line is None:
            raise UnknownItem(sku=sku).at("/items")
        if units > line.quantity:
            raise RefundExceedsOrdered(sku=sku, ordered=line.quantity)
        return cls(line.variant_id, sku, units, line.quantity, line.total + line.tax)


def refund_amount(items: Sequence[RefundedItem]) -> int:
    """Minor units: each line's worth in proportion, rounded down so that parts never exceed it."""
    return sum(item.paid * item.units // item.ordered for item in items)


def require_restockable(items: Sequence[RefundedItem], returned: Mapping[UUID, int]) -> None:
    """Raises `RestockExceedsOrdered` for more units than are still out (units by variant)."""
    for item in items:
        if returned.get(item.variant_id, 0) + item.units > item.ordered:
            raise RestockExceedsOrdered(sku=item.sku)

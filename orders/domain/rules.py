"""The rules of an order's life: its states, the steps between them, and what is owed of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.buyer import KeptConsent
from core.errors import Conflict, Invalid, NotFound
from core.money import Money
from core.states import InvalidTransition, Status, require_transition
from payments.domain import Capture, PaymentRecord, PaymentStatus


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
SENT = (FulfillmentStatus.FULFILLED.value, FulfillmentStatus.RETURNED.value)
REFUNDED_PAYMENTS = (PaymentStatus.PARTIALLY_REFUNDED.value, PaymentStatus.REFUNDED.value)
PAID_PAYMENTS = (PaymentStatus.PAID.value, *REFUNDED_PAYMENTS)
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


class ReturnKind(Status):
    """Why units come back: the shop may take them back, or has to."""

    RETURN = "return"
    WITHDRAWAL = "withdrawal"


class ReturnStatus(Status):
    """How far a return is."""

    REQUESTED = "requested"
    APPROVED = "approved"
    RECEIVED = "received"
    REJECTED = "rejected"


# From -> the statuses that may follow.
SHIPMENT_TRANSITIONS: dict[ShipmentStatus, frozenset[ShipmentStatus]] = {
    ShipmentStatus.SHIPPED: frozenset({ShipmentStatus.DELIVERED, ShipmentStatus.CANCELED}),
    ShipmentStatus.DELIVERED: frozenset(),
    ShipmentStatus.CANCELED: frozenset(),
}
RETURN_TRANSITIONS: dict[ReturnStatus, frozenset[ReturnStatus]] = {
    ReturnStatus.REQUESTED: frozenset({ReturnStatus.APPROVED, ReturnStatus.REJECTED}),
    ReturnStatus.APPROVED: frozenset({ReturnStatus.RECEIVED, ReturnStatus.REJECTED}),
    ReturnStatus.RECEIVED: frozenset(),
    ReturnStatus.REJECTED: frozenset(),
}
# Refunds and returns of a completed order stay possible, and do not reopen it.
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


@dataclass(frozen=True, slots=True)
class OrderDetails:
    """Who bought and where it goes, as the order keeps it; addresses are empty where none is."""

    email: str
    language: str
    buyer: Mapping[str, str]
    consents: Sequence[KeptConsent]
    shipping_address: Mapping[str, str]
    billing_address: Mapping[str, str]
    shipping_method: str
    shipping_title: str
    shipping_offer: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reversal:
    """What goes back where it came from: units into stock, and minor units to the buyer.

    `voided` was authorized and never taken, or is no longer expected.
    """

    units: int
    refunded: int
    voided: int


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


class ReturnExceedsFulfilled(Conflict):
    """More units would be returned than were sent and not returned or refunded yet."""

    code = "return_exceeds_fulfilled"


class ReturnNotFound(NotFound):
    """This order has no such return."""


class ReturnRefunded(Conflict):
    """What came back by this return has been refunded already."""

    code = "return_refunded"


class OrderOnHold(Conflict):
    """This order is on hold; release it first."""

    code = "order_on_hold"


class OrderNotOnHold(Conflict):
    """This order is not on hold."""

    code = "order_not_on_hold"


class NoEmailAddress(Conflict):
    """This order has no e-mail address to write to."""

    code = "no_email_address"


class EmailNotDue(Conflict):
    """Nothing has happened to this order that such an e-mail tells of."""

    code = "email_not_due"


class RestockExceedsOrdered(Conflict):
    """More units would be restocked than were ordered."""

    code = "restock_exceeds_ordered"


def require_open(status: OrderStatus) -> None:
    """Raise `InvalidTransition` for an order that is not open: nothing of it is sent any more."""
    if status is not OrderStatus.OPEN:
        members: dict[str, Any] = {"from": status, "to": FulfillmentStatus.FULFILLED, "allowed": []}
        raise InvalidTransition(f"This order is {status}; nothing of it can be sent.", **members)


def require_not_held(held_at: datetime | None) -> None:
    """Raise `OrderOnHold` for an order that staff hold."""
    if held_at is not None:
        raise OrderOnHold(held_at=held_at)


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


def still_owed(total: int, payments: Iterable[PaymentRecord], *, given_back: int) -> int:
    """Return what the buyer of an order still owes, in minor units: its total less what is kept.

    `given_back` is what refunds have given back of what was bought, which nobody owes any more.
    Recorded money that was given back while more was due gave back nothing of it: it is owed
    again. What a provider has refunded is not; it cannot be taken a second time.
    """
    kept = sum(
        payment.captured - (payment.refunded if payment.capture == Capture.OFFLINE else 0)
        for payment in payments
    )
    return max(0, total - kept - given_back)


def invoice_is_due(order: Any, *, offline: bool, at: str) -> bool:
    """Tell whether an order is to be invoiced by now.

    One that is paid by other ways than a provider's is invoiced as it is placed, because the
    buyer pays by it; a canceled one is not invoiced any more.
    """
    if order.status == OrderStatus.CANCELED:
        return False
    moments = {
        "placed": True,
        "paid": order.payment_status in PAID_PAYMENTS,
        "fulfilled": order.fulfillment_status in SENT,
    }
    return offline or moments[at]


def explained(
    parts: Sequence[Mapping[str, Any]], total: int, unnamed: Mapping[str, Any]
) -> Sequence[Mapping[str, Any]]:
    """Return the parts of a total; of before parts were kept, the total is the one there is."""
    rest = total - sum(part["amount"] for part in parts)
    return [*parts, {**unnamed, "amount": rest}] if rest else parts

"""Sending what was ordered, in as many parts as it takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from core.caller import Caller
from core.db.transactions import transaction_required, use_case
from core.states import InvalidTransition, require_transition
from events.domain import actor_of
from events.services import record_event
from orders.domain import (
    SHIPMENT_TRANSITIONS,
    FulfillmentExceedsOrdered,
    FulfillmentNotFound,
    OrderNotFound,
    OrderOnHold,
    OrderStatus,
    ShipmentStatus,
    UnknownItem,
    fulfillment_status_of,
    require_not_coming_back,
    require_not_held,
    require_open,
    units_to_send,
)
from orders.models import Fulfillment, FulfillmentItem, Order, OrderLine
from orders.selectors import order_for, units_of
from orders.services.completing import complete_if_done
from orders.services.locking import lock_order

FULFILL_ORDER_ERRORS = (
    OrderNotFound,
    UnknownItem,
    FulfillmentExceedsOrdered,
    OrderOnHold,
    InvalidTransition,
)
CHANGE_FULFILLMENT_ERRORS = (OrderNotFound, FulfillmentNotFound, InvalidTransition)


@use_case
def fulfill_order(
    *,
    caller: Caller,
    number: str,
    items: Mapping[str, int] | None = None,
    carrier: str = "",
    tracking_number: str = "",
    seen: int | None = None,
    now: datetime,
) -> Order:
    """Record that units of an order, by SKU, were sent together; all that are left by default.

    Units that were refunded before they were sent are not sent any more. Raises
    `FULFILL_ORDER_ERRORS`, and `VersionMismatch` when more has happened than was `seen`.
    """
    order = lock_order(caller=caller, number=number, seen=seen)
    require_open(OrderStatus(order.status))
    require_not_held(order.held_at)
    lines = {line.sku: line for line in OrderLine.objects.filter(order=order)}
    units = units_to_send(items or {}, units_of(order))
    sent = Fulfillment.objects.create(
        order=order, carrier=carrier, tracking_number=tracking_number, created_at=now
    )
    FulfillmentItem.objects.bulk_create(
        FulfillmentItem(fulfillment=sent, line=lines[sku], quantity=count)
        for sku, count in units.items()
    )
    for sku, count in units.items():
        lines[sku].fulfilled += count
    OrderLine.objects.bulk_update([lines[sku] for sku in units], ["fulfilled"])
    update_fulfillment_status(order)
    _record(
        "fulfillment.created",
        caller,
        sent,
        items=[{"sku": sku, "quantity": count} for sku, count in units.items()],
        carrier=carrier,
        now=now,
    )
    return order_for(caller=caller, number=number)


@use_case
def deliver_fulfillment(
    *,
    caller: Caller,
    number: str,
    fulfillment_id: UUID,
    seen: int | None = None,
    now: datetime,
) -> Order:
    """Record that a fulfillment has arrived; the last one completes a paid order.

    Raises `CHANGE_FULFILLMENT_ERRORS`.
    """
    order = lock_order(caller=caller, number=number, seen=seen)
    sent = _change_status(order, fulfillment_id, ShipmentStatus.DELIVERED)
    sent.delivered_at = now
    sent.save(update_fields=["status", "delivered_at"])
    _record(f"fulfillment.{sent.status}", caller, sent, now=now)
    return complete_if_done(caller=caller, number=number, now=now)


@use_case
def cancel_fulfillment(
    *,
    caller: Caller,
    number: str,
    fulfillment_id: UUID,
    seen: int | None = None,
    now: datetime,
) -> Order:
    """Take a fulfillment back that was not sent after all: its units are left to send again.

    Raises `CHANGE_FULFILLMENT_ERRORS`; `InvalidTransition`, too, while units of it are in a return.
    """
    order = lock_order(caller=caller, number=number, seen=seen)
    require_open(OrderStatus(order.status))
    sent = _change_status(order, fulfillment_id, ShipmentStatus.CANCELED)
    units = dict(sent.items.values_list("line_id", "quantity"))
    lines = list(OrderLine.objects.filter(pk__in=units))
    require_not_coming_back({line.sku: units[line.id] for line in lines}, units_of(order))
    sent.canceled_at = now
    sent.save(update_fields=["status", "canceled_at"])
    for line in lines:
        line.fulfilled -= units[line.id]
    OrderLine.objects.bulk_update(lines, ["fulfilled"])
    update_fulfillment_status(order)
    _record(f"fulfillment.{sent.status}", caller, sent, now=now)
    return order_for(caller=caller, number=number)


@transaction_required
def update_fulfillment_status(order: Order) -> None:
    """Set what follows from the units of a locked order, wherever they change."""
    order.fulfillment_status = fulfillment_status_of(units_of(order).values())
    order.save(update_fields=["fulfillment_status"])


def _change_status(order: Order, fulfillment_id: UUID, status: ShipmentStatus) -> Fulfillment:
    sent = Fulfillment.objects.filter(order=order, pk=fulfillment_id).first()
    if sent is None:
        raise FulfillmentNotFound
    current = ShipmentStatus(sent.status)
    require_transition(SHIPMENT_TRANSITIONS, current, status, noun="A fulfillment")
    sent.status = status
    return sent


def _record(
    event: str, caller: Caller, sent: Fulfillment, *, now: datetime, **data: object
) -> None:
    record_event(
        type=event,
        subject_id=sent.order_id,
        data={
            "fulfillment_id": str(sent.id),
            "tracking_number": sent.tracking_number,
            **data,
        },
        by=actor_of(caller),
        now=now,
    )

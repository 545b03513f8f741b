"""Units that come back: the buyer asks, the shop decides, the warehouse receives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from accounts.access import OWNER_OR_SUPPORT
from core.caller import Caller
from core.db.transactions import transaction_required, use_case
from core.errors import Forbidden
from core.states import InvalidTransition, require_transition
from events.domain import actor_of
from events.services import record_event
from inventory.domain import MovementKind
from inventory.services import restock
from orders.domain import (
    RETURN_TRANSITIONS,
    OrderNotFound,
    ReturnExceedsFulfilled,
    ReturnKind,
    ReturnNotFound,
    ReturnStatus,
    UnknownItem,
    require_returnable,
)
from orders.models import Order, OrderLine, Return, ReturnItem
from orders.selectors import return_of, sent_units_in_stock, units_of
from orders.services.completing import complete_if_done
from orders.services.fulfilling import update_fulfillment_status
from orders.services.locking import acts_as_staff, lock_order

# The one place that says who may ask for a return: the buyer, and support in their stead.
REQUEST_RETURN_ACCESS = OWNER_OR_SUPPORT
REQUEST_RETURN_ERRORS = (OrderNotFound, UnknownItem, ReturnExceedsFulfilled, Forbidden)
DECIDE_RETURN_ERRORS = (OrderNotFound, ReturnNotFound, InvalidTransition)


@use_case
def request_return(
    *,
    caller: Caller,
    number: str,
    items: Mapping[str, int],
    reason: str,
    seen: int | None = None,
    now: datetime,
) -> Return:
    """Ask for units of an order, by SKU, to be taken back.

    Only what was sent, and is neither in another return nor refunded without one. Raises
    `REQUEST_RETURN_ERRORS`.
    """
    order = lock_order(caller=caller, number=number, seen=seen)
    acts_as_staff(caller, order, REQUEST_RETURN_ACCESS)
    require_returnable(items, units_of(order))
    asked = open_return(order, items, caller=caller, reason=reason, now=now)
    return return_of(order, asked.id)


@transaction_required
def open_return(
    order: Order,
    items: Mapping[str, int],
    *,
    kind: ReturnKind = ReturnKind.RETURN,
    caller: Caller,
    reason: str = "",
    now: datetime,
) -> Return:
    """Write down that units of a locked order, which can be returned, are to come back."""
    asked = Return.objects.create(order=order, kind=kind, reason=reason, requested_at=now)
    lines = dict(OrderLine.objects.filter(order=order).values_list("sku", "id"))
    ReturnItem.objects.bulk_create(
        ReturnItem(of_return=asked, line_id=lines[sku], quantity=count)
        for sku, count in items.items()
    )
    _record(caller, order, asked, now=now)
    return asked


@use_case
def decide_return(
    *,
    caller: Caller,
    number: str,
    return_id: UUID,
    approve: bool,
    seen: int | None = None,
    now: datetime,
) -> Return:
    """Approve or reject a return; rejected units can be asked for again.

    A withdrawal is approved from the start, and rejected only when its units do not come. Raises
    `DECIDE_RETURN_ERRORS`.
    """
    order = lock_order(caller=caller, number=number, seen=seen)
    found = return_of(order, return_id)
    status = ReturnStatus.APPROVED if approve else ReturnStatus.REJECTED
    change_decision(order, found, status, caller=caller, now=now)
    complete_if_done(caller=caller, number=number, now=now)
    return found


@use_case
def receive_return(
    *,
    caller: Caller,
    number: str,
    return_id: UUID,
    put_back: bool,
    seen: int | None = None,
    now: datetime,
) -> Return:
    """Record that the units of an approved return have arrived; `put_back` restocks them.

    But for units that a refund has put back already. The money goes back by `refund_return`.
    Raises `DECIDE_RETURN_ERRORS`.
    """
    order = lock_order(caller=caller, number=number, with_stock=put_back, seen=seen)
    found = return_of(order, return_id)
    in_stock = sent_units_in_stock(order) if put_back else {}
    _change_status(found, ReturnStatus.RECEIVED)
    found.received_at, found.restocked = now, put_back
    found.save(update_fields=["status", "received_at", "restocked"])
    units = dict(found.items.values_list("line_id", "quantity"))
    lines = list(OrderLine.objects.filter(pk__in=units))
    for line in lines:
        line.returned += units[line.id]
    OrderLine.objects.bulk_update(lines, ["returned"])
    out = {line.variant_id: units[line.id] - in_stock.get(line.id, 0) for line in lines}
    if put_back:
        restock(
            order_id=order.id,
            units={variant_id: count for variant_id, count in out.items() if count > 0},
            kind=MovementKind.RETURN,
            reason=found.reason,
            actor_id=caller.user_id,
            now=now,
        )
    update_fulfillment_status(order)
    _record(caller, order, found, now=now)
    complete_if_done(caller=caller, number=number, now=now)
    return found


@transaction_required
def change_decision(
    order: Order, found: Return, status: ReturnStatus, *, caller: Caller, now: datetime
) -> None:
    """Approve or reject a return of a locked order. Raises `InvalidTransition`."""
    _change_status(found, status)
    found.decided_at = now
    found.save(update_fields=["status", "decided_at"])
    _record(caller, order, found, now=now)


def _change_status(found: Return, status: ReturnStatus) -> None:
    require_transition(RETURN_TRANSITIONS, ReturnStatus(found.status), status, noun="A return")
    found.status = status


@transaction_required
def _record(caller: Caller, order: Order, about: Return, *, now: datetime) -> None:
    items = about.items.values_list("line__sku", "quantity")
    record_event(
        type=f"return.{about.status}",
        subject_id=order.id,
        data={
            "return_id": str(about.id),
            "kind": about.kind,
            "items": [{"sku": sku, "quantity": count} for sku, count in items],
            "reason": about.reason,
            "restocked": about.restocked,
        },
        by=actor_of(caller),
        now=now,
    )

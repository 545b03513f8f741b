"""Canceling an order: its units and its money go back where they came from."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accounts.domain import Role
from accounts.services import lock_active_account_shared
from core.caller import Caller
from core.db.transactions import RecoveryPoint, two_step
from core.errors import Forbidden
from events.services import record_event
from inventory.domain import MovementKind
from inventory.selectors import returned_units
from inventory.services import lock_levels, restock
from orders.domain import FulfillmentStatus, OrderStatus, require_cancelable
from orders.models import Order
from orders.selectors import order_for
from orders.services.money import finish_operations_of, lock_order, sync_payment_status
from payments.selectors import payments_of
from payments.services import record_reversal

CANCELING_ROLES = frozenset({Role.SUPPORT, Role.MANAGER, Role.ADMIN})


def cancel_order(*, caller: Caller, number: str, reason: str, now: datetime) -> Order:
    """Cancels an order: its units go back to the stock, its money to the buyer.

    Customers may until fulfillment starts, support and up later too. A provider
    is asked after the cancellation is committed, and again until it answers.
    Raises `OrderNotFound`, `Forbidden`, `InvalidTransition`, `Unauthenticated` when the
    caller's account was closed, or, while a capture is under way, `OperationInProgress`.
    After the cancellation it raises `OutcomeMismatch` when the provider's answer
    contradicts the payment.
    """
    return two_step(
        record=lambda: _cancel(caller=caller, number=number, reason=reason, now=now),
        execute=lambda order: finish_operations_of(order_id=order.id),
        conclude=lambda *_: order_for(caller=caller, number=number),
    )


def _cancel(*, caller: Caller, number: str, reason: str, now: datetime) -> RecoveryPoint:
    if caller.user_id:
        lock_active_account_shared(user_id=caller.user_id)
    order_id, units = _units_of(caller, number)
    lock_levels(units)
    order = lock_order(order_id=order_id)
    by_staff = _acts_as_staff(caller, order)
    fulfillment = FulfillmentStatus(order.fulfillment_status)
    require_cancelable(OrderStatus(order.status), fulfillment, by_staff=by_staff)
    out = _still_out(order_id, units)
    restock(order_id=order_id, units=out, kind=MovementKind.CANCELLATION, reason=reason, now=now)
    order.status, order.canceled_at, order.cancel_reason = OrderStatus.CANCELED, now, reason
    order.save(update_fields=["status", "canceled_at", "cancel_reason"])
    for payment in payments_of([order_id]):
        record_reversal(payment_id=payment.id, reason=reason or "order canceled", now=now)
    sync_payment_status(order_id=order_id, now=now)
    record_event(
        type="order.canceled",
        subject_id=order_id,
        data={"number": order.number, "reason": reason},
        actor_id=caller.user_id,
        now=now,
    )
    return RecoveryPoint(order_id)


def _units_of(caller: Caller, number: str) -> tuple[UUID, dict[UUID, int]]:
    """Read without a lock: what was ordered never changes, and stock is locked before orders."""
    order = order_for(caller=caller, number=number)
    return order.id, {line.variant_id: line.quantity for line in order.lines.all()}


def _still_out(order_id: UUID, units: dict[UUID, int]) -> dict[UUID, int]:
    """Units that a refund has not put back on the shelf already."""
    back = returned_units(order_id=order_id)
    out = {variant_id: count - back.get(variant_id, 0) for variant_id, count in units.items()}
    return {variant_id: count for variant_id, count in out.items() if count}


def _acts_as_staff(caller: Caller, order: Order) -> bool:
    """False for the buyer. Raises `Forbidden` for staff of other duties."""
    if caller.roles & CANCELING_ROLES:
        return True
    own = order.customer_id is not None and order.customer_id == caller.user_id
    proven = order.token_hash is not None and order.token_hash == caller.guest_hash
    if not (own or proven):
        raise Forbidden
    return False

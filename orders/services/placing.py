"""Writing down what was bought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from core.db.transactions import transaction_required
from events.domain import Actor
from events.services import record_event
from orders.domain import OrderDetails, PlacedOrder
from orders.models import Order, OrderLine
from payments.domain import PaymentStatus
from pricing.models import AbstractLine, AbstractTotals


@transaction_required
def place_order(
    *,
    checkout_id: UUID,
    customer_id: UUID | None,
    token_hash: str | None,
    details: OrderDetails,
    totals: AbstractTotals,
    lines: Sequence[AbstractLine],
    payment_status: PaymentStatus,
    by: Actor,
    now: datetime,
) -> PlacedOrder:
    """Write the order of a checkout, a snapshot; the database refuses a second one."""
    order = Order.objects.create(
        checkout_id=checkout_id,
        customer_id=customer_id,
        token_hash=token_hash,
        payment_status=payment_status,
        placed_at=now,
        **asdict(details),
        **totals.amounts(),
    )
    OrderLine.objects.bulk_create(OrderLine(order=order, **line.snapshot()) for line in lines)
    record_event(
        type="order.placed",
        subject_id=order.id,
        data={name: getattr(order, name) for name in ("number", "total", "currency")}
        | {"payment_status": payment_status},
        by=by,
        now=now,
    )
    return PlacedOrder(order.id, order.number)

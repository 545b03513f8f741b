"""Writing down what was bought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from core.db.transactions import transaction_required
from events.services import record_event
from orders.domain import PlacedOrder
from orders.models import Order, OrderLine
from payments.domain import PaymentStatus
from pricing.models import AbstractLine, AbstractTotals


@transaction_required
def place_order(
    *,
    checkout_id: UUID,
    customer_id: UUID | None,
    token_hash: str | None,
    email: str,
    shipping_address: Mapping[str, str],
    billing_address: Mapping[str, str],
    shipping_method: str,
    shipping_title: str,
    totals: AbstractTotals,
    lines: Sequence[AbstractLine],
    payment_status: PaymentStatus,
    now: datetime,
) -> PlacedOrder:
    """Write the order of a checkout, a snapshot; the database refuses a second one."""
    order = Order.objects.create(
        checkout_id=checkout_id,
        customer_id=customer_id,
        token_hash=token_hash,
        payment_status=payment_status,
        email=email,
        shipping_address=dict(shipping_address),
        billing_address=dict(billing_address),
        shipping_method=shipping_method,
        shipping_title=shipping_title,
        placed_at=now,
        **totals.amounts(),
    )
    OrderLine.objects.bulk_create(OrderLine(order=order, **line.snapshot()) for line in lines)
    record_event(
        type="order.placed",
        subject_id=order.id,
        data={name: getattr(order, name) for name in ("number", "total", "currency")}
        | {"payment_status": payment_status},
        actor_id=customer_id,
        now=now,
    )
    return PlacedOrder(order.id, order.number)

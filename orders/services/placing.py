"""Writing down what was bought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.ids import uuid7
from events.services import record_event
from orders.domain import PlacedOrder
from orders.models import Order, OrderLine
from payments.domain import PaymentStatus
from pricing.domain import Totals


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """A line as it was bought; amounts in minor units."""

    variant_id: UUID
    sku: str
    title: str
    quantity: int
    unit_price: int
    discount: int
    tax: int
    total: int


@dataclass(frozen=True, slots=True)
class Purchase:
    """Everything that an order is a snapshot of."""

    checkout_id: UUID
    customer_id: UUID | None
    token_hash: str | None
    email: str
    currency: str
    shipping_address: Mapping[str, str]
    billing_address: Mapping[str, str]
    shipping_method: str
    shipping_title: str
    totals: Totals
    lines: Sequence[OrderedLine]


def place_order(*, purchase: Purchase, payment_status: PaymentStatus, now: datetime) -> PlacedOrder:
    """Writes the order of a checkout, a step of completing it.

    The database refuses a second order of the same checkout.
    """
    totals = purchase.totals
    order = Order.objects.create(
        checkout_id=purchase.checkout_id,
        customer_id=purchase.customer_id,
        token_hash=purchase.token_hash,
        payment_status=payment_status,
        email=purchase.email,
        currency=purchase.currency,
        shipping_address=dict(purchase.shipping_address),
        billing_address=dict(purchase.billing_address),
        shipping_method=purchase.shipping_method,
        shipping_title=purchase.shipping_title,
        subtotal=totals.subtotal,
        discount=totals.discount,
        shipping=totals.shipping,
        tax=totals.tax,
        total=totals.total,
        placed_at=now,
    )
    OrderLine.objects.bulk_create(
        _line_of(order, position, line) for position, line in enumerate(purchase.lines)
    )
    record_event(
        type="order.placed",
        subject_id=order.id,
        data={
            "number": order.number,
            "total": order.total,
            "currency": order.currency,
            "payment_status": order.payment_status,
        },
        actor_id=purchase.customer_id,
        now=now,
    )
    return PlacedOrder(order.id, order.number)


def _line_of(order: Order, position: int, line: OrderedLine) -> OrderLine:
    return OrderLine(
        id=uuid7(),
        order=order,
        position=position,
        variant_id=line.variant_id,
        sku=line.sku,
        title=line.title,
        quantity=line.quantity,
        unit_price=line.unit_price,
        discount=line.discount,
        tax=line.tax,
        total=line.total,
    )

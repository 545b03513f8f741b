"""The step from a checkout to its one order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from carts.services import complete_cart
from checkout.domain import CheckoutStatus
from checkout.models import Checkout, CheckoutLine
from checkout.selectors import lines_of
from inventory.services import consume, record_sale
from orders.domain import PlacedOrder
from orders.services import OrderedLine, Purchase, place_order
from payments.domain import PaymentStatus
from pricing.domain import Totals


def place_order_of(
    checkout: Checkout, *, payment_status: PaymentStatus, now: datetime
) -> PlacedOrder:
    """The order of a locked checkout: its cart is settled, its units are sold.

    Raises `InsufficientStock` when the reservation is gone and so are the units;
    the caller rolls back to where it was before.
    """
    lines = lines_of(checkout)
    demand = {line.variant_id: line.quantity for line in lines}
    customer_id = complete_cart(
        cart_id=checkout.cart_id, seen_version=checkout.cart_version, bought=demand, now=now
    )
    checkout.customer_id = checkout.customer_id or customer_id
    order = place_order(purchase=_purchase(checkout, lines), payment_status=payment_status, now=now)
    record_sale(order_id=order.id, demand=demand, now=now)
    move_to(checkout, CheckoutStatus.COMPLETED, now=now)
    # Last, because everybody who buys the same goods waits until this transaction ends.
    consume(checkout_id=checkout.id, demand=demand, now=now)
    return order


def move_to(checkout: Checkout, status: CheckoutStatus, *, now: datetime) -> None:
    """A locked checkout takes a step; what the step found out about its owner is kept."""
    checkout.status = status
    checkout.version += 1
    checkout.updated_at = now
    checkout.save(update_fields=["status", "version", "updated_at", "customer"])


def _purchase(checkout: Checkout, lines: Sequence[CheckoutLine]) -> Purchase:
    shipping_address: dict[str, str] = checkout.shipping_address or {}
    return Purchase(
        checkout_id=checkout.id,
        customer_id=checkout.customer_id,
        token_hash=checkout.token_hash,
        email=checkout.email,
        currency=checkout.currency,
        shipping_address=shipping_address,
        billing_address=checkout.billing_address or shipping_address,
        shipping_method=checkout.shipping_method,
        shipping_title=checkout.shipping_title,
        totals=Totals(checkout.subtotal, checkout.discount, checkout.shipping, checkout.tax),
        lines=[
            OrderedLine(
                variant_id=line.variant_id,
                sku=line.sku,
                title=line.title,
                quantity=line.quantity,
                unit_price=line.unit_price,
                discount=line.discount,
                tax=line.tax,
                total=line.total,
            )
            for line in lines
        ],
    )

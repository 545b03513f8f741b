"""The step from a checkout to its one order."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from carts.services import complete_cart
from checkout.domain import CheckoutStatus
from checkout.models import Checkout
from checkout.selectors import buyable_lines_of, details_of
from checkout.services.changes import save_as_new_version, transition
from checkout.services.promotions import take_claim
from core.db.transactions import transaction_required
from events.domain import Actor, ActorKind
from inventory.services import consume, record_sale
from orders.domain import PlacedOrder
from orders.services import place_order
from payments.domain import PaymentStatus
from payments.services import attach_order


@transaction_required
def place_order_of(
    checkout: Checkout,
    *,
    payment_id: UUID | None = None,
    payment_status: PaymentStatus,
    by: Actor | None = None,
    now: datetime,
) -> PlacedOrder:
    """Turn a locked checkout, paid for by a locked payment, into its order: its units are sold.

    `payment_id` is the locked payment that pays for it, `by` who places the order unless it is
    the buyer. The caller rolls back when units are gone
    (`InsufficientStock`), withdrawn (`ItemsUnavailable`) or a promotion is (`CouponExhausted`).
    """
    lines = buyable_lines_of(checkout)
    demand = {line.variant_id: line.quantity for line in lines}
    cart_id, seen = checkout.cart_id, checkout.cart_version
    owner_id = complete_cart(cart_id=cart_id, seen_version=seen, bought=demand, now=now)
    checkout.customer_id = checkout.customer_id or owner_id
    order = place_order(
        checkout_id=checkout.id,
        customer_id=checkout.customer_id,
        token_hash=checkout.token_hash,
        details=details_of(checkout),
        totals=checkout,
        lines=lines,
        payment_status=payment_status,
        by=by or Actor(ActorKind.BUYER, checkout.customer_id),
        now=now,
    )
    if payment_id is not None:
        attach_order(payment_id=payment_id, order_id=order.id)
    record_sale(order_id=order.id, demand=demand, now=now)
    transition(checkout, CheckoutStatus.COMPLETED)
    save_as_new_version(checkout, ["customer"], now=now)
    take_claim(checkout, order_id=order.id, now=now)
    # Last, because everyone who buys the same variants waits until this transaction ends.
    consume(checkout_id=checkout.id, demand=demand, now=now)
    return order

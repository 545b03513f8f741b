from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from carts.models import Cart
from checkout.models import Checkout
from orders.models import Order
from payments.models import Payment
from payments.services import record_intent

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
AMOUNT = 1999


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def new_checkout(db: None) -> Callable[[], UUID]:
    """Makes checkouts that cost `AMOUNT`."""

    def make() -> UUID:
        cart = Cart.objects.create(currency="GBP", expires_at=NOW + timedelta(days=1))
        checkout = Checkout.objects.create(
            cart=cart,
            cart_version=1,
            currency="GBP",
            subtotal=AMOUNT,
            total=AMOUNT,
            reservation_expires_at=NOW + timedelta(minutes=15),
        )
        return checkout.id

    return make


@pytest.fixture
def order_of(db: None) -> Callable[[UUID], UUID]:
    """Turns a checkout into an order."""

    def place(checkout_id: UUID) -> UUID:
        order = Order.objects.create(
            checkout_id=checkout_id,
            email="buyer@example.com",
            currency="GBP",
            shipping_address={},
            billing_address={},
            shipping_method="standard",
            shipping_title="Standard",
            subtotal=AMOUNT,
            discount=0,
            shipping=0,
            tax=0,
            total=AMOUNT,
        )
        return order.id

    return place


@pytest.fixture
def intend(new_checkout: Callable[[], UUID]) -> Callable[..., Payment]:
    """Records the intent to pay for a new checkout."""

    def record(**fields: Any) -> Payment:
        values: dict[str, Any] = {
            "provider": "test",
            "token": "tok_success",
            "amount": AMOUNT,
            "currency": "GBP",
            "now": NOW,
        }
        values.update(fields)
        if "checkout_id" not in values:
            values["checkout_id"] = new_checkout()
        if values["provider"] == "manual":
            values["token"] = ""
        return record_intent(**values)

    return record

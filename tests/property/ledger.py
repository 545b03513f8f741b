"""The shop as its database has it and as its model has it, to be compared."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection
from psycopg.rows import tuple_row

from carts.models import Cart
from checkout.models import Checkout
from core.db.invariants import declared_checks
from inventory.models import Reservation, Stock
from orders.models import Order
from payments.models import Payment
from tests.property.shop_model import Shop

AMOUNTS = ("status", "amount", "authorized", "captured", "voided", "refunded")


def violated(now: datetime) -> list[str]:
    """The checks of the audit that find something, by one statement that is planned once."""
    with connection.cursor() as cursor:
        raw = cursor.cursor.connection.cursor(row_factory=tuple_row)
        rows = raw.execute(_audit(), {"now": now}, prepare=True).fetchall()
    return [name for (name,) in rows]


@cache
def _audit() -> str:
    return " UNION ALL ".join(
        f"SELECT '{check.name}' WHERE EXISTS ({check.sql})" for check in declared_checks()
    )


def as_stored() -> dict[str, Any]:
    """What the tables hold, oldest first."""
    held: dict[Any, dict[str, int]] = {}
    rows = Reservation.objects.values_list("checkout_id", "stock__variant__sku", "quantity")
    for checkout_id, sku, quantity in rows:
        held.setdefault(checkout_id, {})[sku] = quantity
    return {
        "stock": {
            sku: (on_hand, reserved)
            for sku, on_hand, reserved in Stock.objects.values_list(
                "variant__sku", "on_hand", "reserved"
            )
        },
        "carts": [
            (cart.status, cart.version, _units(cart))
            for cart in Cart.objects.order_by("id").prefetch_related("lines__variant")
        ],
        "checkouts": [
            (checkout.status, checkout.total, held.get(checkout.id, {}))
            for checkout in Checkout.objects.order_by("id")
        ],
        "payments": [
            tuple(getattr(payment, name) for name in AMOUNTS)
            for payment in Payment.objects.order_by("id")
        ],
        "orders": [
            (
                order.status,
                order.payment_status,
                order.total,
                {line.sku: line.quantity for line in order.lines.all()},
            )
            for order in Order.objects.order_by("id").prefetch_related("lines")
        ],
    }


def as_modeled(shop: Shop) -> dict[str, Any]:
    """The same of the model."""
    return {
        "stock": {sku: (units, shop.reserved(sku)) for sku, units in shop.on_hand.items()},
        "carts": [(cart.status, cart.version, cart.lines) for cart in shop.carts],
        "checkouts": [
            (checkout.status, shop.total(index), checkout.held)
            for index, checkout in enumerate(shop.checkouts)
        ],
        "payments": [
            tuple(getattr(payment, name) for name in AMOUNTS) for payment in shop.payments
        ],
        "orders": [
            (order.status, shop.payments[order.payment].status, order.total, order.lines)
            for order in shop.orders
        ],
    }


def _units(cart: Cart) -> dict[str, int]:
    return {line.variant.sku: line.quantity for line in cart.lines.all()}


def out_of_balance() -> list[tuple[Any, ...]]:
    """The orders whose invoices, less credit notes, are not what is charged, less refunds.

    Of a canceled order nothing stays invoiced but what refunds have not given back yet. One that
    is open is invoiced once it is paid, and at once where no provider is to pay it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT placed.number, placed.status, placed.total, issued.count, issued.sum,
                refunds.done, refunds.open
            FROM orders_order AS placed
            CROSS JOIN LATERAL (
                SELECT count(*) FILTER (WHERE kind = 'invoice') AS count,
                    sum(CASE kind WHEN 'invoice' THEN gross ELSE -gross END) AS sum
                FROM invoices_invoice WHERE order_id = placed.id
            ) AS issued
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(item.amount) FILTER (
                        WHERE operation.status = 'succeeded'), 0) AS done,
                    coalesce(sum(item.amount) FILTER (
                        WHERE operation.status <> 'succeeded'), 0) AS open
                FROM orders_refunditem AS item
                JOIN payments_operation AS operation ON operation.id = item.operation_id
                JOIN payments_payment AS payment ON payment.id = operation.payment_id
                WHERE payment.order_id = placed.id
            ) AS refunds
            WHERE CASE
                WHEN issued.count = 0 THEN placed.status <> 'canceled' AND (
                    placed.payment_status IN ('paid', 'partially_refunded', 'refunded')
                    OR EXISTS (
                        SELECT FROM payments_payment
                        WHERE order_id = placed.id AND capture = 'offline'
                    )
                )
                WHEN placed.status = 'canceled' THEN issued.sum NOT BETWEEN 0 AND refunds.open
                ELSE issued.count <> 1 OR issued.sum <> placed.total - refunds.done
            END
            """
        )
        return cursor.fetchall()

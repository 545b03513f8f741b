"""Orders as their tables have them and as their model has them, to be compared."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import Sum

from inventory.models import Stock
from invoices.models import Invoice
from orders.models import Order, RefundItem
from orders.selectors import shown_with
from tests.property.order_model import SHIPPING, Desk


def as_stored() -> dict[str, Any]:
    """What the tables hold of stock and of orders, oldest first."""
    refunded: Counter[tuple[Any, str]] = Counter()
    units: Counter[tuple[Any, str]] = Counter()
    rows = RefundItem.objects.values_list(
        "operation__payment__order_id", "line__sku", "quantity", "amount"
    )
    for order_id, sku, quantity, amount in rows:
        units[order_id, sku or SHIPPING] += quantity
        refunded[order_id, sku or SHIPPING] += amount
    issued: dict[tuple[Any, str], int] = {
        (order_id, kind): gross
        for order_id, kind, gross in Invoice.objects.values_list("order_id", "kind").annotate(
            Sum("gross")
        )
    }
    orders = Order.objects.order_by("id").prefetch_related(*shown_with())
    return {
        "stock": dict(Stock.objects.values_list("variant__sku", "on_hand")),
        "orders": [_stored(order, units, refunded, issued) for order in orders],
    }


def _stored(
    order: Order, units: Counter[Any], refunded: Counter[Any], issued: dict[Any, int]
) -> dict[str, Any]:
    (payment,) = order.payments.all()
    return {
        "status": (order.status, order.fulfillment_status, order.payment_status),
        "held": order.held_at is not None,
        "money": (payment.captured, payment.voided, payment.refunded, order.due, order.refundable),
        "invoiced": tuple(issued.get((order.id, kind), 0) for kind in ("invoice", "credit_note")),
        "refunded": {
            SHIPPING: refunded[order.id, SHIPPING],
            **{line.sku: refunded[order.id, line.sku] for line in order.lines.all()},
        },
        "units": {
            line.sku: (line.quantity, line.fulfilled, line.returned, units[order.id, line.sku])
            for line in order.lines.all()
        },
        "shipments": [each.status for each in order.fulfillments.all()],
        "returns": [each.status for each in order.returns.all()],
    }


def as_modeled(desk: Desk) -> dict[str, Any]:
    """The same of the model."""
    return {
        "stock": desk.stock,
        "orders": [
            {
                "status": (order.status, order.fulfillment, order.payment.status),
                "held": order.held,
                "money": (
                    order.payment.captured,
                    order.payment.voided,
                    order.payment.refunded,
                    0 if order.status == "canceled" else order.owed,
                    order.refundable,
                ),
                "invoiced": (order.total if order.invoiced else 0, order.credited),
                "refunded": {
                    SHIPPING: order.paid_for_shipping - order.shipping,
                    **{sku: line.price - line.rest for sku, line in order.lines.items()},
                },
                "units": {
                    sku: (line.ordered, line.sent, line.returned, line.refunded)
                    for sku, line in order.lines.items()
                },
                "shipments": [each.status for each in order.shipments],
                "returns": [each.status for each in order.returns],
            }
            for order in desk.orders
        ],
    }

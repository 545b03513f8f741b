"""Orders as an accountant reads them: a row each, amounts in major units of their currency."""

from __future__ import annotations

from datetime import UTC

from django.db.models import IntegerField, OuterRef, Subquery, Sum

from core.caller import Caller
from core.money import to_major
from orders.models import Order, OrderLine, OrderQuerySet

EXPORT_COLUMNS = (
    "number", "placed_at", "status", "payment_status", "fulfillment_status", "email", "name",
    "company", "city", "postal_code", "country", "units", "currency", "subtotal", "discount",
    "shipping", "tax", "prices_include_tax", "total", "paid", "refunded", "net",
    "payment_providers", "payment_references", "shipping_method", "canceled_at", "cancel_reason",
)  # fmt: skip


def orders_to_export(*, caller: Caller | None = None) -> OrderQuerySet:
    """Return the orders that the caller may see, None: all, as `export_row` needs them.

    Two statements for however many are read at a time.
    """
    units = (
        OrderLine.objects.filter(order=OuterRef("pk"))
        .order_by()
        .values("order")
        .annotate(units=Sum("quantity"))
        .values("units")
    )
    orders = Order.objects.all() if caller is None else Order.objects.for_caller(caller)
    return (
        orders.annotate(units=Subquery(units, output_field=IntegerField()))
        .prefetch_related("payments")
        .defer("search_vector", "promotions", "shipping_taxes")
    )


def export_row(order: Order) -> list[object]:
    """Return the values of `EXPORT_COLUMNS`; times are UTC (ISO 8601), the address is billing's."""
    address = order.billing_address
    payments = order.payments.all()
    paid = sum(payment.captured for payment in payments)
    refunded = sum(payment.refunded for payment in payments)
    name = f"{address.get('first_name', '')} {address.get('last_name', '')}".strip()
    amounts = (order.subtotal, order.discount, order.shipping, order.tax)
    canceled_at = order.canceled_at.astimezone(UTC) if order.canceled_at else None
    return [
        order.number,
        order.placed_at.astimezone(UTC).isoformat(),
        order.status,
        order.payment_status,
        order.fulfillment_status,
        order.email,
        name,
        address.get("company", ""),
        address.get("city", ""),
        address.get("postal_code", ""),
        address.get("country_code", ""),
        getattr(order, "units", 0),
        order.currency,
        *(to_major(amount, order.currency) for amount in amounts),
        "yes" if order.tax_included else "no",
        *(
            to_major(amount, order.currency)
            for amount in (order.total, paid, refunded, paid - refunded)
        ),
        " ".join(dict.fromkeys(payment.provider for payment in payments)),
        " ".join(payment.reference or "" for payment in payments).strip(),
        order.shipping_title,
        canceled_at.isoformat() if canceled_at else "",
        order.cancel_reason,
    ]

"""Orders as an accountant reads them: a row each, amounts in major units of their currency."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, OuterRef, Subquery, Sum

from core.caller import Caller
from core.money import to_major
from orders.models import Order, OrderQuerySet

EXPORT_COLUMNS = (
    "number", "placed_at", "status", "payment_status", "fulfillment_status", "email", "name",
    "company", "city", "postal_code", "country", "units", "currency", "subtotal", "discount",
    "shipping", "tax", "prices_include_tax", "total", "paid", "refunded", "net",
    "payment_providers", "payment_references", "shipping_method", "canceled_at", "cancel_reason",
)  # fmt: skip


def orders_to_export(*, caller: Caller | None = None) -> OrderQuerySet:
    """Return the orders that the caller may see, None: all, as `export_row` needs them.

    One statement for however many are read at a time.
    """

    def sum_of(column: str) -> Subquery:
        sums = own.values("pk").annotate(sum=Sum(column))
        return Subquery(sums.values("sum"), output_field=BigIntegerField())

    own = Order.objects.filter(pk=OuterRef("pk")).order_by()
    payments = own.filter(payments__isnull=False).order_by("payments__id")
    orders = Order.objects.all() if caller is None else Order.objects.for_caller(caller)
    return orders.annotate(
        units=sum_of("lines__quantity"),
        paid=sum_of("payments__captured"),
        refunded=sum_of("payments__refunded"),
        providers=ArraySubquery(payments.values("payments__provider")),
        references=ArraySubquery(payments.values("payments__reference")),
    ).defer("search_vector", "promotions", "shipping_taxes")


def export_row(order: Any) -> list[object]:
    """Return the values of `EXPORT_COLUMNS` for one of `orders_to_export`.

    Times are UTC (ISO 8601), the address is billing's.
    """
    address = order.billing_address
    paid, refunded = order.paid or 0, order.refunded or 0
    name = " ".join(filter(None, (address.get("first_name"), address.get("last_name"))))
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
        order.units,
        order.currency,
        *(to_major(amount, order.currency) for amount in amounts),
        "yes" if order.tax_included else "no",
        *(
            to_major(amount, order.currency)
            for amount in (order.total, paid, refunded, paid - refunded)
        ),
        " ".join(dict.fromkeys(order.providers)),
        " ".join(filter(None, order.references)),
        order.shipping_title,
        canceled_at.isoformat() if canceled_at else "",
        order.cancel_reason,
    ]

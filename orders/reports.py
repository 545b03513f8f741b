"""Sums over orders, for the pages of the admin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Q, Sum

from core.money import Money
from orders.domain import OrderStatus
from orders.models import Order


@dataclass(frozen=True, slots=True)
class Sales:
    """Orders placed today and in the last seven days, in minor units of one currency.

    Canceled ones do not count.
    """

    currency: str
    orders_today: int
    total_today: int
    orders_week: int
    total_week: int


def sales_by_currency(*, now: datetime) -> list[Sales]:
    """Return the sales of today (UTC) and of the seven days before `now`, most orders first."""
    today = Q(placed_at__gte=now.replace(hour=0, minute=0, second=0, microsecond=0))
    placed = Order.objects.filter(placed_at__gte=now - timedelta(days=7), placed_at__lte=now)
    rows = (
        placed.exclude(status=OrderStatus.CANCELED)
        .order_by()
        .values("currency")
        .annotate(
            orders_today=Count("pk", filter=today),
            total_today=Sum("total", filter=today, default=0),
            orders_week=Count("pk"),
            total_week=Sum("total"),
        )
    )
    return sorted((Sales(**row) for row in rows), key=lambda sales: -sales.orders_week)


def latest_orders(*, limit: int) -> list[Order]:
    """Return the orders placed last, newest first."""
    return list(Order.objects.order_by("-id")[:limit])


def spent_by(*, customer_id: UUID) -> list[Money]:
    """Return what a customer has paid less what was refunded, by currency; one statement."""
    kept = F("payments__captured") - F("payments__refunded")
    rows = (
        Order.objects.filter(customer=customer_id)
        .order_by()
        .values_list("currency")
        .annotate(spent=Sum(kept, default=0))
    )
    return sorted((Money(spent, currency) for currency, spent in rows), reverse=True)

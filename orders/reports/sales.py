"""Sums over orders, for the start page of the admin."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Greatest, TruncDate

from core.money import Money
from orders.domain import OrderStatus
from orders.models import Order, Return
from payments.domain import PaymentStatus

# What a payment has given back of what its order costs by now. What came in beyond what is
# expected of it gives back nothing: the order costs less since it was edited.
_BEYOND = F("payments__captured") - F("payments__amount") + F("payments__waived")
_REFUNDED = Greatest(F("payments__refunded") - Greatest(_BEYOND, 0), 0)


@dataclass(frozen=True, slots=True)
class DaySales:
    """The orders of one day; `net` is what they cost less what was refunded, in minor units."""

    day: date
    orders: int = 0
    net: int = 0


@dataclass(frozen=True, slots=True)
class Sales:
    """The sales in one currency, every day of the period in `days`, the last one today.

    Canceled orders do not count, and a refund counts on the day of its order. `unpaid` is the
    part of `net` whose payment is still due.
    """

    currency: str
    days: tuple[DaySales, ...]
    refunded: int
    unpaid: int

    @property
    def today(self) -> DaySales:
        """The sales of today so far."""
        return self.days[-1]

    @property
    def orders(self) -> int:
        """How many orders there were."""
        return sum(day.orders for day in self.days)

    @property
    def net(self) -> int:
        """Minor units of the whole period."""
        return sum(day.net for day in self.days)


def sales_by_day(*, now: datetime, zone: ZoneInfo, days: int = 30) -> list[Sales]:
    """Return the sales of so many days until today in `zone`, a currency each, most orders first.

    Two statements, whatever the number of orders.
    """
    today = now.astimezone(zone).date()
    period = [today - timedelta(days=back) for back in reversed(range(days))]
    start = datetime.combine(period[0], time.min, zone)
    placed: QuerySet[Any] = (
        Order.objects.filter(placed_at__gte=start, placed_at__lte=now)
        .exclude(status=OrderStatus.CANCELED)
        .order_by()
        .annotate(day=TruncDate("placed_at", tzinfo=zone))
    )
    due = Q(payment_status=PaymentStatus.PENDING)
    sold = placed.values_list("currency", "day").annotate(
        count=Count("pk"), sold=Sum("total"), unpaid=Sum("total", filter=due, default=0)
    )
    back = placed.filter(payments__refunded__gt=0).values_list("currency", "day")
    refunds: dict[tuple[str, date], int] = {
        (currency, day): amount for currency, day, amount in back.annotate(amount=Sum(_REFUNDED))
    }
    by_currency: dict[str, dict[date, tuple[int, int, int]]] = defaultdict(dict)
    for currency, day, orders, total, unpaid in sold:
        by_currency[currency][day] = (orders, total - refunds.get((currency, day), 0), unpaid)
    found = [
        Sales(
            currency,
            tuple(DaySales(day, *by_day.get(day, (0, 0))[:2]) for day in period),
            refunded=sum(amount for (of, _), amount in refunds.items() if of == currency),
            unpaid=sum(unpaid for _, _, unpaid in by_day.values()),
        )
        for currency, by_day in by_currency.items()
    ]
    return sorted(found, key=lambda sales: (-sales.orders, sales.currency))


def count_to_fulfill() -> int:
    """Return how many orders are paid for and not sent whole, from an index of just these."""
    return Order.objects.to_fulfill().count()


def count_returns_to_decide() -> int:
    """Return how many returns wait to be approved or rejected, from an index of just these."""
    return Return.objects.to_decide().count()


def count_to_pay() -> int:
    """Return how many open orders have a payment that is due."""
    return Order.objects.to_pay().count()


def latest_orders(*, limit: int) -> list[Order]:
    """Return the orders placed last, newest first."""
    return list(Order.objects.defer("search_vector").order_by("-id")[:limit])


@dataclass(frozen=True, slots=True)
class Spending:
    """What a customer has ordered in one currency, and paid for it less what was refunded."""

    orders: int
    spent: Money


def spent_by(*, customer_id: UUID) -> list[Spending]:
    """Return what a customer has ordered and spent, by currency, most first; one statement."""
    kept = F("payments__captured") - F("payments__refunded")
    rows = (
        Order.objects.filter(customer=customer_id)
        .order_by()
        .values_list("currency")
        .annotate(spent=Sum(kept, default=0), orders=Count("pk", distinct=True))
    )
    found = [Spending(orders, Money(spent, currency)) for currency, spent, orders in rows]
    return sorted(found, key=lambda each: (-each.orders, each.spent.currency))

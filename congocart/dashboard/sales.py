"""The sales of thirty days as a chart that needs no script."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from core.money import format_money
from orders.reports import DaySales, Sales, sales_by_day

DAYS = 30
# Of the chart, in the units of its drawing; a bar and the gap beside it are a day.
HEIGHT, STEP, BAR = 120, 20, 14


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: where its bar is drawn, and what it says."""

    x: int
    y: int
    height: int
    day: str
    orders: int
    net: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The sales in one currency, ready to be shown."""

    currency: str
    net: str
    orders: int
    refunded: str
    unpaid: str
    today: str
    orders_today: int
    bars: list[Bar]
    width: int = DAYS * STEP
    height: int = HEIGHT
    bar: int = BAR


def sales_charts(*, now: datetime) -> list[Chart]:
    """Return the sales of the last thirty days in the shop's time zone, a currency each."""
    zone = settings.SHOP_TIME_ZONE
    return [_chart(sales) for sales in sales_by_day(now=now, zone=zone, days=DAYS)]


def _chart(sales: Sales) -> Chart:
    def money(amount: int) -> str:
        return format_money(amount, sales.currency)

    def bar(position: int, day: DaySales) -> Bar:
        # Never below zero: no more of an order is refunded than it cost.
        height = max(1, round(HEIGHT * day.net / highest)) if day.net else 0
        label = f"{day.day:%a} {day.day.day} {day.day:%b}"
        return Bar(position * STEP, HEIGHT - height, height, label, day.orders, money(day.net))

    highest = max(1, *(day.net for day in sales.days))
    return Chart(
        currency=sales.currency,
        net=money(sales.net),
        orders=sales.orders,
        refunded=money(sales.refunded),
        unpaid=money(sales.unpaid),
        today=money(sales.today.net),
        orders_today=sales.today.orders,
        bars=[bar(position, day) for position, day in enumerate(sales.days)],
    )

"""The home page of the admin: panels about the shop, each read by one statement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Window
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from catalog.reports import low_stock
from congocart.job_errors import last_error
from core.backoffice.columns import link_to
from core.money import format_money
from orders.reports import latest_orders, sales_by_currency

SHOWN = 8
# Tried for more than two minutes: more than a moment's trouble.
NOTABLE_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Panel:
    """A small table with a link to the whole list, and how long that is where it matters."""

    title: str
    url: str
    empty: str
    headers: list[str]
    rows: list[list[object]]
    count: int = 0

    @property
    def table(self) -> dict[str, Any]:
        """Return the table in the form that django-unfold's component takes."""
        return {"headers": self.headers, "rows": self.rows}


def start_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the panels that the user may see."""
    permitted = (make for permission, make in PANELS if request.user.has_perm(permission))
    return {**context, "panels": [make() for make in permitted]}


def sales_panel() -> Panel:
    """Show the sales of today and of the week, by currency."""
    rows: list[list[object]] = [
        [
            sales.currency,
            sales.orders_today,
            format_money(sales.total_today, sales.currency),
            sales.orders_week,
            format_money(sales.total_week, sales.currency),
        ]
        for sales in sales_by_currency(now=timezone.now())
    ]
    return Panel(
        title="Sales",
        url=reverse("admin:orders_order_changelist"),
        empty="No sales in the last 7 days.",
        headers=["Currency", "Orders today", "Sales today", "Orders (7 days)", "Sales (7 days)"],
        rows=rows,
    )


def latest_orders_panel() -> Panel:
    """Show no customer: who placed an order is on its page, where the access is logged."""
    rows: list[list[object]] = [
        [
            link_to("orders.order", order.pk, order.number),
            order.placed_at.strftime("%d %b %H:%M"),
            format_money(order.total, order.currency),
        ]
        for order in latest_orders(limit=SHOWN)
    ]
    return Panel(
        title="Latest orders",
        url=reverse("admin:orders_order_changelist"),
        empty="No orders yet.",
        headers=["Number", "Placed (UTC)", "Total"],
        rows=rows,
    )


def low_stock_panel() -> Panel:
    """Show the variants that are running out."""
    rows: list[list[object]] = [
        [
            link_to("inventory.stock", variant.variant_id, variant.sku),
            variant.title,
            variant.available,
        ]
        for variant in low_stock(limit=SHOWN)
    ]
    return Panel(
        title="Low stock",
        url=reverse("admin:inventory_stock_changelist") + "?availability=low",
        empty="No low stock.",
        headers=["SKU", "Product", "Available"],
        rows=rows,
    )


def failed_jobs_panel() -> Panel:
    """Show the background jobs that were given up, and those that are on the way there."""
    failing = ProcrastinateJob.objects.filter(
        Q(status="failed") | Q(status="todo", attempts__gte=NOTABLE_ATTEMPTS)
    ).annotate(total=Window(Count("id")))
    jobs = list(failing.select_related("last_error").order_by("-status", "-id")[:SHOWN])
    rows: list[list[object]] = [
        [
            link_to("procrastinate.procrastinatejob", job.pk, job.task_name),
            "given up" if job.status == "failed" else "retried",
            job.attempts,
            last_error(job),
        ]
        for job in jobs
    ]
    return Panel(
        title="Failed jobs",
        count=jobs[0].total if jobs else 0,
        url=reverse("admin:procrastinate_procrastinatejob_changelist") + "?status__exact=failed",
        empty="No failed jobs.",
        headers=["Task", "State", "Attempts", "Last error"],
        rows=rows,
    )


PANELS: list[tuple[str, Callable[[], Panel]]] = [
    ("orders.view_order", sales_panel),
    ("orders.view_order", latest_orders_panel),
    ("inventory.view_stock", low_stock_panel),
    ("procrastinate.view_procrastinatejob", failed_jobs_panel),
]

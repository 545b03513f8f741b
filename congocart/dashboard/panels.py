"""The panels of the home page, each read by one statement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as date_format
from procrastinate.contrib.django.models import ProcrastinateJob

from catalog.reports import low_stock
from congocart.job_errors import last_error
from core.backoffice.columns import link_to, name_of
from core.money import format_money
from orders.reports import latest_orders

SHOWN = 8
# Tried for more than two minutes: more than a moment's trouble.
NOTABLE_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Panel:
    """A small table with a link to the whole list."""

    title: str
    url: str
    empty: str
    headers: list[str]
    rows: list[list[object]]

    @property
    def table(self) -> dict[str, Any]:
        """Return the table in the form that django-unfold's component takes."""
        return {"headers": self.headers, "rows": self.rows}


def latest_orders_panel() -> Panel:
    """Show the orders placed last, whose they are and how far they are."""
    rows: list[list[object]] = [
        [
            link_to("orders.order", order.pk, order.number),
            date_format(timezone.localtime(order.placed_at), "j M, H:i"),
            name_of(order.shipping_address) or order.email,
            format_money(order.total, order.currency),
            order.get_status_display(),
            order.get_payment_status_display(),
            order.get_fulfillment_status_display(),
        ]
        for order in latest_orders(limit=SHOWN)
    ]
    return Panel(
        title="Latest orders",
        url=reverse("admin:orders_order_changelist"),
        empty="No orders yet.",
        headers=["Number", "Placed", "Name", "Total", "Status", "Payment", "Fulfillment"],
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


def failing_jobs() -> QuerySet[ProcrastinateJob]:
    """Return the background jobs that were given up, and those that are on the way there."""
    jobs: QuerySet[ProcrastinateJob] = ProcrastinateJob.objects.filter(
        Q(status="failed") | Q(status="todo", attempts__gte=NOTABLE_ATTEMPTS)
    )
    return jobs


def failed_jobs_panel() -> Panel:
    """Show the jobs that fail, those given up first."""
    jobs = failing_jobs().select_related("last_error").order_by("-status", "-id")[:SHOWN]
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
        url=reverse("admin:procrastinate_procrastinatejob_changelist") + "?status__exact=failed",
        empty="No failed jobs.",
        headers=["Task", "State", "Attempts", "Last error"],
        rows=rows,
    )


PANELS: list[tuple[str, Callable[[], Panel]]] = [
    ("orders.view_order", latest_orders_panel),
    ("inventory.view_stock", low_stock_panel),
    ("procrastinate.view_procrastinatejob", failed_jobs_panel),
]

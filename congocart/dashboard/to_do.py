"""What is to do in the shop: counts, each with a link to the list of just these rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone

from catalog.reports import count_low_stock
from congocart.dashboard.panels import failing_jobs
from orders.reports import count_returns_to_decide, count_to_fulfill, count_to_pay
from payments.selectors import count_stuck_payments


@dataclass(frozen=True, slots=True)
class ToDo:
    """One kind of work; `urgent` is what does not happen in a shop that runs well."""

    title: str
    count: int
    url: str
    urgent: bool = False


def _list(model: str, query: str) -> str:
    return f"{reverse(f'admin:{model}_changelist')}?{query}"


def to_fulfill() -> ToDo:
    """Orders that are paid for and not sent whole."""
    return ToDo("To fulfill", count_to_fulfill(), _list("orders_order", "to_do=fulfill"))


def to_pay() -> ToDo:
    """Orders whose payment is due."""
    return ToDo("To pay", count_to_pay(), _list("orders_order", "to_do=pay"))


def returns_to_decide() -> ToDo:
    """Count what buyers have asked for, and nobody has decided on."""
    url = _list("orders_order", "to_do=returns")
    return ToDo("Returns to decide", count_returns_to_decide(), url)


def stuck() -> ToDo:
    """Payments that need a person."""
    url = _list("payments_payment", "outcome=stuck")
    return ToDo("Payments stuck", count_stuck_payments(now=timezone.now()), url, urgent=True)


def low_stock() -> ToDo:
    """Variants that are running out."""
    return ToDo("Low stock", count_low_stock(), _list("inventory_stock", "availability=low"))


def failed_jobs() -> ToDo:
    """Background jobs that were given up, or are on the way there."""
    url = _list("procrastinate_procrastinatejob", "status__exact=failed")
    return ToDo("Failed jobs", failing_jobs().count(), url, urgent=True)


TO_DO: list[tuple[str, Callable[[], ToDo]]] = [
    ("orders.view_order", to_fulfill),
    ("orders.view_order", to_pay),
    ("orders.view_order", returns_to_decide),
    ("payments.view_payment", stuck),
    ("inventory.view_stock", low_stock),
    ("procrastinate.view_procrastinatejob", failed_jobs),
]

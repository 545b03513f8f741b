"""Background jobs of orders."""

from __future__ import annotations

from django.utils import timezone

from core.db.jobs import periodic
from orders import emails, services

__all__ = ["complete_orders", "emails"]


@periodic("*/5 * * * *")
def complete_orders() -> None:
    """Complete the orders of which nothing is left to do any more."""
    services.complete_orders(now=timezone.now())

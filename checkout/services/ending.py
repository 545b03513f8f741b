"""Ending many checkouts whose time is over, whatever one of them waits for."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.db.models import QuerySet

from checkout.models import Checkout
from core.db.batches import isolated
from core.errors import ResourceBusy
from inventory.selectors import checkouts_behind_locks


def end_each(due: QuerySet[Checkout], end: Callable[[UUID], bool], *, event: str) -> int:
    """Call `end` for each of the checkouts, a use case; return how many it has ended.

    The longest overdue comes first. One that fails is logged as `event` and left for the next
    run. When someone has locked its stock for long, so are the others that hold units of that
    stock: a stuck row costs one wait.
    """
    stuck: set[UUID] = set()
    ended = 0
    ordered = due.order_by("reservation_expires_at", "id")
    for checkout_id in list(ordered.values_list("pk", flat=True)):
        if checkout_id in stuck:
            continue
        with isolated(event, checkout_id=checkout_id):
            try:
                ended += end(checkout_id)
            except ResourceBusy:
                stuck |= checkouts_behind_locks(checkout_id=checkout_id)
                raise
    return ended

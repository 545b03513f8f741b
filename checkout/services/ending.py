"""Ending many checkouts whose time is over, whatever one of them waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

from core.db.batches import isolated
from core.errors import ResourceBusy
from inventory.selectors import checkouts_behind_locks


def end_each(due: Iterable[UUID], end: Callable[[UUID], bool], *, event: str) -> int:
    """Call `end` for each of the checkouts, a use case; return how many it has ended.

    One that fails is logged as `event` and left for the next run. When someone has locked its
    stock for long, so are the others that hold units of that stock: a stuck row costs one wait.
    """
    stuck: set[UUID] = set()
    ended = 0
    for checkout_id in due:
        if checkout_id in stuck:
            continue
        with isolated(event, checkout_id=checkout_id):
            try:
                ended += end(checkout_id)
            except ResourceBusy:
                stuck |= checkouts_behind_locks(checkout_id=checkout_id)
                raise
    return ended

"""Deleting many rows in short transactions."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

SIZE = 1_000


def delete_in_batches(rows: QuerySet[Any], *, size: int = SIZE) -> int:
    """Delete `rows`, `size` in a statement; return how many.

    Outside of a transaction each batch is one of its own: no lock is held for long, and
    what is deleted stays so when the job is killed.
    """
    deleted = 0
    while count := rows.filter(pk__in=rows.order_by().values("pk")[:size]).delete()[0]:
        deleted += count
    return deleted

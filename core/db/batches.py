"""Working through many rows, one short transaction after another."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import structlog
from django.db import DatabaseError, transaction
from django.db.models import QuerySet

T = TypeVar("T")

SIZE = 1_000

log = structlog.get_logger(__name__)


def delete_in_batches(rows: QuerySet[Any], *, size: int = SIZE) -> int:
    """Delete `rows`, `size` in a statement; return how many.

    Outside of a transaction each batch is one of its own: no lock is held for long, and
    what is deleted stays so when the job is killed.
    """
    deleted = 0
    while count := rows.filter(pk__in=rows.order_by().values("pk")[:size]).delete()[0]:
        deleted += count
    return deleted


def rewrite(
    rows: QuerySet[Any],
    rule: Callable[[dict[str, Any]], dict[str, Any]],
    fields: Collection[str],
    *,
    size: int = SIZE,
) -> None:
    """Save what `rule` makes of the values of `fields`, in the order of the keys; for migrations.

    Each row is one transaction, and one that has changed meanwhile is left to who changed it.
    Repeating it changes nothing more. What a constraint refuses stays as it is.
    """
    rows = rows.order_by("pk")
    last = None
    while batch := list((rows.filter(pk__gt=last) if last else rows).values("pk", *fields)[:size]):
        for row in batch:
            last = row.pop("pk")
            changes = {name: text for name, text in rule(row).items() if text != row[name]}
            if changes:
                with suppress(DatabaseError), transaction.atomic():
                    rows.model.objects.filter(pk=last, **row).update(**changes)


def in_time(items: Collection[T], seconds: float) -> Iterator[T]:
    """Yield the items until so many seconds have passed, but always one."""
    started = time.monotonic()
    for done, item in enumerate(items):
        if done and time.monotonic() - started >= seconds:
            log.warning("out_of_time", left=len(items) - done)
            return
        yield item


@contextmanager
def isolated(event: str, **subject: object) -> Iterator[None]:
    """Log what goes wrong with one item as `event` instead of stopping the others."""
    try:
        yield
    except Exception:
        log.exception(event, **{name: str(value) for name, value in subject.items()})

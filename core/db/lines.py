"""Waiting in line for a hot row: at most half of a process's threads do, the others serve.

PostgreSQL bounds how long a statement waits for a row (`lock_timeout`), not how many wait
for the same one. Without a bound a row that is stuck takes every thread of the shop.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from core.errors import ResourceBusy

# A line in which nobody has got the row for so long does not move.
STUCK_SECONDS = 0.5


@dataclass(slots=True)
class _Line:
    """The threads whose statement waits for a row, and when one last got it."""

    moved_at: float
    waiting: int = 0


_lines: dict[UUID, _Line] = {}
_changed = threading.Condition()


@contextmanager
def in_line(rows: Collection[UUID]) -> Iterator[None]:
    """Surround the statement that locks `rows`, of one table.

    Where half of the threads wait for one of them, wait for a place. Raises `ResourceBusy` once
    that line has not moved for `STUCK_SECONDS`.
    """
    limit = max(1, settings.SERVER_THREADS // 2)
    with _changed:
        while full := [
            _lines[row] for row in rows if row in _lines and _lines[row].waiting >= limit
        ]:
            seconds = min(line.moved_at for line in full) + STUCK_SECONDS - time.monotonic()
            if seconds <= 0:
                raise ResourceBusy(retry_after=1)
            _changed.wait(seconds)
        for row in rows:
            _lines.setdefault(row, _Line(time.monotonic())).waiting += 1
    locked = False
    try:
        yield
        locked = True
    finally:
        with _changed:
            for row in rows:
                line = _lines[row]
                line.waiting -= 1
                if locked:
                    line.moved_at = time.monotonic()
                if not line.waiting:
                    del _lines[row]
            _changed.notify_all()

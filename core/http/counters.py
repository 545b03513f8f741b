"""Counting requests, exactly, however many threads and processes count at once.

Each counter returns how many hits a key has had in its window, this one included,
in one atomic step; so of any number of concurrent hits exactly as many as allowed
see a number within the limit (docs/adr/0024).
"""

from __future__ import annotations

import functools
import threading
import time
from typing import Protocol

import redis
import structlog
from django.conf import settings
from django.db import connection
from limits.storage import RedisStorage

log = structlog.get_logger(__name__)

SWEEP_AT = 50_000
REDIS_TIMEOUT_SECONDS = 0.2
REDIS_PAUSE_SECONDS = 5.0


class Counter(Protocol):
    """Counts hits."""

    def hit(self, key: str, seconds: int) -> int:
        """Return the number of hits of `key`, this one included; forgotten after `seconds`."""


class MemoryCounter:
    """Counts within this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, tuple[int, float]] = {}

    def hit(self, key: str, seconds: int) -> int:
        """Count exactly among the threads of one process."""
        now = time.monotonic()
        with self._lock:
            if len(self._counts) >= SWEEP_AT:
                # Drop what has expired; when that is little, everything, rather than grow.
                live = {key: entry for key, entry in self._counts.items() if entry[1] > now}
                self._counts = live if len(live) < SWEEP_AT // 2 else {}
            count, expires_at = self._counts.get(key, (0, now + seconds))
            self._counts[key] = count + 1, expires_at
        return count + 1


class PostgresCounter:
    """Counts across processes, at one statement a hit."""

    def hit(self, key: str, seconds: int) -> int:
        """Count exactly among all processes that share the database."""
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO api_hitcount AS kept (key, hits, expires_at)
                VALUES (%s, 1, now() + make_interval(secs => %s))
                ON CONFLICT (key) DO UPDATE SET hits = kept.hits + 1
                RETURNING hits
                """,
                [key, seconds],
            )
            row = cursor.fetchone()
        return int(row[0])


class RedisCounter:
    """Counts across processes, with `limits`; when Redis is away nobody is held up."""

    def __init__(self, url: str) -> None:
        self._storage = RedisStorage(
            url,
            key_prefix="congocart:hits",
            socket_timeout=REDIS_TIMEOUT_SECONDS,
            socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
        )
        self._paused_until = 0.0

    def hit(self, key: str, seconds: int) -> int:
        """Count exactly among all processes that share the Redis; return 0 while it is away."""
        if time.monotonic() < self._paused_until:
            return 0
        try:
            return self._storage.incr(key, seconds)
        except redis.RedisError as error:
            self._paused_until = time.monotonic() + REDIS_PAUSE_SECONDS
            log.warning("rate_limits_not_counted", reason=type(error).__name__)
            return 0


_memory = MemoryCounter()
_postgres = PostgresCounter()
_redis = functools.cache(RedisCounter)


def counter(*, exact: bool) -> Counter:
    """Return the counter of this installation.

    Redis when there is one; else PostgreSQL where `exact` matters, and memory where a
    statement for each hit would cost more than it protects.
    """
    if settings.REDIS_URL:
        return _redis(settings.REDIS_URL)
    return _postgres if exact else _memory

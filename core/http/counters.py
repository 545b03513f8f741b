"""Counting requests, exactly, however many threads and processes count at once.

Each counter returns how many hits a key has had in its window, this one included,
in one atomic step; so of any number of concurrent hits exactly as many as allowed
see a number within the limit (docs/adr/0024).
"""

from __future__ import annotations

import functools
import threading
import time

import redis
import structlog
from django.conf import settings
from django.db import connection
from limits.storage import RedisStorage
from prometheus_client import Gauge

log = structlog.get_logger(__name__)

SWEEP_AT = 50_000
REDIS_SECONDS = 0.1
REDIS_PAUSE_SECONDS = 5.0
# Of several processes the one that noticed a change last is right. The label keeps a file of
# this metric from being made on import, when there is no process of its own yet.
_redis_up = Gauge(
    "congocart_redis_up",
    "1 when Redis responded to the last request that was counted in it, else 0.",
    ["used_for"],
    multiprocess_mode="mostrecent",
)


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
    """Counts across processes, with `limits`, while Redis responds in time."""

    def __init__(self, url: str) -> None:
        # A pool of its own, because a client that makes one tries four times.
        pool = redis.ConnectionPool.from_url(
            url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
        )
        self._storage = RedisStorage(url, connection_pool=pool, key_prefix="congocart:hits")
        self._lock = threading.Lock()
        self._try_again_at = 0.0
        self.is_up: bool | None = None

    def hit(self, key: str, seconds: int) -> int | None:
        """Count exactly among all processes that share the Redis; None while it is away.

        Then it is asked by one request in `REDIS_PAUSE_SECONDS`, which waits `REDIS_SECONDS`.
        """
        with self._lock:
            now = time.monotonic()
            if self.is_up is False:
                if now < self._try_again_at:
                    return None
                self._try_again_at = now + REDIS_PAUSE_SECONDS
        try:
            hits = self._storage.incr(key, seconds)
        except redis.RedisError as error:
            self._note(is_up=False, reason=type(error).__name__)
            return None
        self._note(is_up=True)
        return hits

    def _note(self, *, is_up: bool, reason: str = "") -> None:
        """Tell the metrics and the log, once a change."""
        with self._lock:
            before, self.is_up = self.is_up, is_up
            if not is_up:
                self._try_again_at = time.monotonic() + REDIS_PAUSE_SECONDS
        if before is is_up:
            return
        _redis_up.labels("rate_limits").set(is_up)
        if not is_up:
            log.warning("redis_away", reason=reason)
        elif before is not None:
            log.info("redis_back")


_memory = MemoryCounter()
_postgres = PostgresCounter()
_redis = functools.cache(RedisCounter)


def count(key: str, seconds: int, *, exact: bool) -> int:
    """Return the number of hits of `key`, this one included; forgotten after `seconds`.

    Redis counts where there is one that responds. Else PostgreSQL does where `exact` matters,
    and memory where a statement for each hit would cost more than it protects.
    """
    hits = _redis(settings.REDIS_URL).hit(key, seconds) if settings.REDIS_URL else None
    if hits is None:
        return (_postgres if exact else _memory).hit(key, seconds)
    return hits


def redis_state() -> str:
    """Return how Redis was found by the last hit in this process, without asking it."""
    if not settings.REDIS_URL:
        return "not configured"
    return {None: "not asked yet", True: "ok", False: "unavailable"}[
        _redis(settings.REDIS_URL).is_up
    ]

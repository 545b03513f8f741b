"""Leases of idempotency keys, while requests call the network between two transactions.

A lease is short, and a thread renews those that this process holds. A process that has
died renews nothing, so a retry elsewhere waits for the rest of one lease, however long
the call would have taken. Times are PostgreSQL's: the clocks of nodes may differ.
"""

from __future__ import annotations

import math
import threading
import time
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import DatabaseError, connection
from django.db.models.functions import Now

from core.http.models import IdempotencyKey

LEASE = timedelta(seconds=6)
RENEWAL_SECONDS = 2.0

log = structlog.get_logger(__name__)


def retry_after(seconds_left: float) -> int:
    """Return when to ask again for a key whose lease runs out in so many seconds.

    A holder that renews on time may finish at any moment; of another the lease has to run out.
    """
    is_renewed = seconds_left > LEASE.total_seconds() - 1.5 * RENEWAL_SECONDS
    return 1 if is_renewed else max(1, math.ceil(seconds_left))


class LeaseKeeper:
    """Renews leases by a thread that lives while there are any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[UUID, str] = {}
        self._is_running = False

    def hold(self, holder: UUID, key: str) -> None:
        """Renew the lease of `holder` on the row `key` until it is let go."""
        with self._lock:
            self._keys[holder] = key
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._renew_regularly, daemon=True, name="leases").start()

    def let_go(self, holder: UUID) -> None:
        """Renew it no more."""
        with self._lock:
            self._keys.pop(holder, None)

    def _renew_regularly(self) -> None:
        while True:
            time.sleep(RENEWAL_SECONDS)
            with self._lock:
                held = dict(self._keys)
                if not held:
                    self._is_running = False
                    return
            # Neither where a response was stored nor where another holder has taken over.
            own = IdempotencyKey.objects.filter(pk__in=held.values(), holder__in=held, status=None)
            try:
                own.update(leased_until=Now() + LEASE)
            except DatabaseError as error:
                log.warning("leases not renewed", count=len(held), error=type(error).__name__)
            finally:
                connection.close()


keeper = LeaseKeeper()

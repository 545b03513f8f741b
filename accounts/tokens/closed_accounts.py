"""The accounts that were closed while access tokens of theirs are still in date.

Customers' tokens are verified without the database (docs/adr/0020), so each process keeps the
few accounts in memory.
"""

from __future__ import annotations

import mmap
import threading
import time
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from accounts.domain import ACCESS_LIFETIME
from accounts.models import User
from accounts.tokens.json_web_tokens import CLOCK_SKEW_SECONDS

STALE_AFTER = 1.0
CLOCK_SKEW = timedelta(seconds=CLOCK_SKEW_SECONDS)


class ClosedAccounts:
    """The closed accounts as this process has last read them, at most `STALE_AFTER` seconds ago."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids: frozenset[UUID] = frozenset()
        self._read_at = -float("inf")
        # Shared with the processes that are forked from this one, which so hear of it at once.
        self._changed = mmap.mmap(-1, 8)
        self._seen = b""

    def __contains__(self, user_id: UUID) -> bool:
        """Return whether an account was closed; one statement a second at most, and a change."""
        if self._is_stale():
            with self._lock:
                if self._is_stale():
                    seen, read_at = self._changed[:], time.monotonic()
                    # Those of before have no token that is in date, even by another node's clock.
                    since = timezone.now() - ACCESS_LIFETIME - 2 * CLOCK_SKEW
                    closed = User.objects.filter(is_active=False, sessions_ended_at__gt=since)
                    self._ids = frozenset(closed.values_list("pk", flat=True))
                    self._seen, self._read_at = seen, read_at
        return user_id in self._ids

    def cache(self, user_ids: frozenset[UUID]) -> None:
        """Cache these accounts as if they had just been read."""
        self._ids, self._seen, self._read_at = user_ids, self._changed[:], time.monotonic()

    def note_change(self) -> None:
        """Make every process of this server read them again, once a closing has committed."""
        self._changed[:] = time.monotonic_ns().to_bytes(8, "big")

    def _is_stale(self) -> bool:
        return self._changed[:] != self._seen or time.monotonic() - self._read_at > STALE_AFTER


closed_accounts = ClosedAccounts()

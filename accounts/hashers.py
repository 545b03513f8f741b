"""Passwords are hashed with Argon2id, by a part of a process's threads at most."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

from accounts.domain import PasswordChecksBusy

WAIT_SECONDS = 0.5
# In each process; a semaphore is made before the server forks, while no one holds it.
_HALF = max(1, settings.SERVER_THREADS // 2)
_slots = BoundedSemaphore(_HALF)
# All the others but one, which is left to everything else.
_waiting = BoundedSemaphore(max(0, settings.SERVER_THREADS - _HALF - 1))


class BoundedArgon2Hasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes and one lane: OWASP's Password Storage Cheat Sheet.

    Half of the server's threads may hash at a time, in each process. Raises `PasswordChecksBusy`
    when no turn comes within `WAIT_SECONDS`, or too many wait for one already.
    """

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        """Hash a password."""
        with _turn():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Tell whether a hash, which may have been made with other parameters, is of a password."""
        with _turn():
            return super().verify(password, encoded)


@contextmanager
def _turn() -> Iterator[None]:
    if not _slots.acquire(blocking=False):
        if not _waiting.acquire(blocking=False):
            raise PasswordChecksBusy(retry_after=1)
        try:
            free = _slots.acquire(timeout=WAIT_SECONDS)
        finally:
            _waiting.release()
        if not free:
            raise PasswordChecksBusy(retry_after=1)
    try:
        yield
    finally:
        _slots.release()

"""Lock-out: guessing passwords gets slow, but a stranger cannot lock a customer out.

Failures are counted for three keys: this account from this address, this account
from anywhere, and this address for any account. Past a number of free ones, every
further failure makes the next attempt wait, twice as long each time, up to fifteen
minutes. A success ends the account's counts.

The count of an account from anywhere is what a stranger can drive up, for as long as
they care to. It does not hold for an address from which the account has logged in
before, or from where its password was reset by who reads its mail.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from django.db import connection
from django.utils.crypto import salted_hmac

from accounts.domain import InvalidCredentials, TooManyAttempts, normalize_email
from accounts.models import LoginFailures, RefreshSession
from core.db.transactions import transaction_required

FREE_PER_ACCOUNT_AND_ADDRESS = 5
FREE_PER_ACCOUNT = 50
FREE_PER_ADDRESS = 100
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What a failure counts for: digests, and how many failures of each are free.

    Digests are keyed, so that the table does not tell who has an account.
    """

    free: Mapping[str, int]
    account: str = ""
    address: str = ""

    @property
    def anywhere(self) -> str:
        """The key that a stranger can drive up."""
        return _digest("anywhere", self.account)

    def wait(self, waits: Mapping[str, int]) -> int:
        """Seconds, by those of the single keys."""
        own = max((waits.get(key, 0) for key in self.free if key != self.anywhere), default=0)
        if own or not waits.get(self.anywhere) or _is_known(self.account, self.address):
            return own
        return waits[self.anywhere]


def login_attempt(*, account: str, address: str) -> _Attempt:
    """Somebody at `address` logs in as `account`, as it was typed, whoever that may be."""
    account = normalize_email(account)
    free = {
        _digest("here", account, address): FREE_PER_ACCOUNT_AND_ADDRESS,
        _digest("anywhere", account): FREE_PER_ACCOUNT,
        _digest("origin", address): FREE_PER_ADDRESS,
    }
    return _Attempt(free, account, address)


def confirmation_attempt(*, user_id: UUID) -> _Attempt:
    """Somebody who is logged in proves again who it is."""
    return _Attempt({_digest("confirmation", str(user_id)): FREE_PER_ACCOUNT_AND_ADDRESS})


def code_attempt(*, user_id: UUID) -> _Attempt:
    """Somebody shows a code of the second factor.

    Counted apart from passwords, whoever asks for it: otherwise the right password, shown
    in between, would end the count of those who know it and guess codes.
    """
    return _Attempt({_digest("code", str(user_id)): FREE_PER_ACCOUNT_AND_ADDRESS})


@contextmanager
def guarded(attempt: _Attempt, *, now: datetime) -> Iterator[None]:
    """Runs the check of a password or a code.

    Raises `TooManyAttempts` instead when it comes too soon. An `InvalidCredentials`
    that leaves the block counts as a failure. No transaction may be open, because the
    count has to outlive the refusal.
    """
    waits = _waits(attempt, now)
    wait = attempt.wait(waits)
    if wait:
        raise TooManyAttempts(retry_after=wait)
    try:
        yield
    except InvalidCredentials:
        _count(attempt.free, now)
        raise
    if waits:
        mine = [key for key in attempt.free if key != _digest("origin", attempt.address)]
        LoginFailures.objects.filter(pk__in=mine).delete()


@transaction_required
def forgive(*, account: str, address: str) -> None:
    """Ends the counts that keep somebody at `address` from logging in as `account`.

    Those of the address for other accounts stay.
    """
    mine = [_digest("here", account, address), _digest("anywhere", account)]
    LoginFailures.objects.filter(pk__in=mine).delete()


def purge(*, now: datetime) -> None:
    """Deletes the counts that no longer hold anybody up."""
    LoginFailures.objects.filter(failed_at__lt=now - FORGOTTEN_AFTER).delete()


def _digest(*parts: str) -> str:
    return salted_hmac("accounts.lockout", "\n".join(parts), algorithm="sha256").hexdigest()


def _waits(attempt: _Attempt, now: datetime) -> dict[str, int]:
    """The keys that have failures, and the seconds for which each still has to wait."""
    rows = LoginFailures.objects.filter(pk__in=list(attempt.free))
    return {
        row.pk: max(0, ceil((row.blocked_until - now).total_seconds()))
        for row in rows.filter(failed_at__gt=now - FORGOTTEN_AFTER)
    }


def _count(free: Mapping[str, int], now: datetime) -> None:
    """Counts a failure for each key, in the order of the keys, so that two cannot deadlock."""
    ordered = sorted(free)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO accounts_loginfailures AS kept
                (key, free, failures, failed_at, blocked_until)
            SELECT key, free, 1, %(now)s, %(now)s
            FROM unnest(%(keys)s::text[], %(free)s::int[]) AS failed (key, free)
            ON CONFLICT (key) DO UPDATE SET
                failures = CASE
                    WHEN kept.failed_at < %(stale)s THEN 1 ELSE kept.failures + 1 END,
                failed_at = %(now)s,
                blocked_until = CASE
                    WHEN kept.failed_at < %(stale)s OR kept.failures + 1 < EXCLUDED.free
                    THEN %(now)s
                    ELSE %(now)s + make_interval(secs => least(%(longest)s,
                        %(first)s * power(2, least(kept.failures + 1 - EXCLUDED.free, 20)))) END
            """,
            {
                "keys": ordered,
                "free": [free[key] for key in ordered],
                "now": now,
                "stale": now - FORGOTTEN_AFTER,
                "first": FIRST_WAIT.total_seconds(),
                "longest": LONGEST_WAIT.total_seconds(),
            },
        )


def _is_known(account: str, address: str) -> bool:
    return RefreshSession.objects.filter(
        user__email=normalize_email(account), ip_address=address
    ).exists()

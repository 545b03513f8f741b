"""Lockout: guessing passwords gets slow, but a stranger cannot lock a customer out.

Failures are counted for three keys: this account from this IP address, this account from
anywhere, and this IP address for any account. Past a number of free ones, every further
failure makes the next attempt wait, twice as long each time, up to fifteen minutes. A
success ends the account's counts.

Strangers can drive up the count of an account from anywhere. So it does not apply to an IP
address from which the account has logged in before, or from which its password was reset
by a mailed link.
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

from accounts.domain import InvalidCredentials, TooManyAttempts
from accounts.models import LoginFailures
from accounts.selectors import has_logged_in_from
from core.db.transactions import transaction_required
from core.email_address import normalize_email

FREE_PER_ACCOUNT_AND_ADDRESS = 5
FREE_PER_ACCOUNT = 50
FREE_PER_ADDRESS = 100
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """The keys that a failure counts for, and how many failures of each are free.

    Keys are HMACs, so that the table does not tell who has an account.
    """

    free: Mapping[str, int]
    account: str = ""
    address: str = ""

    @property
    def anywhere(self) -> str:
        """The key that strangers can drive up."""
        return _digest("anywhere", self.account)

    def wait(self, waits: Mapping[str, int]) -> int:
        """Return the seconds to wait, given those of each key."""
        own = max((waits.get(key, 0) for key in self.free if key != self.anywhere), default=0)
        if own or not waits.get(self.anywhere):
            return own
        known = has_logged_in_from(email=self.account, ip_address=self.address)
        return 0 if known else waits[self.anywhere]


def login_attempt(*, account: str, address: str) -> _Attempt:
    """Return the attempt to log in as `account`, as it was typed, from an IP address."""
    account = normalize_email(account)
    free = {
        _digest("here", account, address): FREE_PER_ACCOUNT_AND_ADDRESS,
        _digest("anywhere", account): FREE_PER_ACCOUNT,
        _digest("origin", address): FREE_PER_ADDRESS,
    }
    return _Attempt(free, account, address)


def confirmation_attempt(*, user_id: UUID) -> _Attempt:
    """Return the attempt of a logged-in user to confirm their password."""
    return _Attempt({_digest("confirmation", str(user_id)): FREE_PER_ACCOUNT_AND_ADDRESS})


def code_attempt(*, user_id: UUID) -> _Attempt:
    """Return the attempt to enter a code from the authenticator app, or a recovery code.

    Counted apart from passwords: otherwise someone who knows the password and guesses codes
    could end the count by entering the password in between.
    """
    return _Attempt({_digest("code", str(user_id)): FREE_PER_ACCOUNT_AND_ADDRESS})


@contextmanager
def enforce_lockout(attempt: _Attempt, *, now: datetime) -> Iterator[None]:
    """Run the check of a password or a code, and count it if it fails.

    Raises `TooManyAttempts` instead when the attempt comes too soon. An `InvalidCredentials`
    that leaves the block counts as a failure. No transaction may be open, because the
    count has to outlive the refusal.
    """
    rows = LoginFailures.objects.filter(pk__in=list(attempt.free))
    # For each key with failures, the seconds that it still has to wait.
    waits = {
        row.pk: max(0, ceil((row.blocked_until - now).total_seconds()))
        for row in rows.filter(failed_at__gt=now - FORGOTTEN_AFTER)
    }
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
def reset_failures(*, account: str, address: str) -> None:
    """End the counts that delay a login as `account` from an IP address.

    That of the IP address for any account stays.
    """
    mine = [_digest("here", account, address), _digest("anywhere", account)]
    LoginFailures.objects.filter(pk__in=mine).delete()


def purge(*, now: datetime) -> None:
    """Delete the counts that no longer delay anybody."""
    LoginFailures.objects.filter(failed_at__lt=now - FORGOTTEN_AFTER).delete()


def _digest(*parts: str) -> str:
    return salted_hmac("accounts.lockout", "\n".join(parts), algorithm="sha256").hexdigest()


def _count(free: Mapping[str, int], now: datetime) -> None:
    """Count a failure for each key, in the order of the keys, so that two cannot deadlock."""
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

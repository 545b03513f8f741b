"""The unit of work: every change of the shop's state goes through `use_case`.

It guarantees that a use case runs in exactly one transaction, that a violated
constraint comes out as a domain error, that deadlocks and serialization
failures are retried, and that an idempotent request's key and answer are
written in the transaction of its effect.
"""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable
from contextvars import ContextVar
from enum import Enum
from typing import Any, ParamSpec, Protocol, TypeVar, cast, overload
from uuid import UUID

from django.db import DatabaseError, transaction
from psycopg import errors as pg

from core.db.constraints import domain_error_for
from core.errors import CongoCartError, ResourceBusy

P = ParamSpec("P")
T = TypeVar("T")

ATTEMPTS = 4
# Whoever has to run again was overtaken by somebody who finished, so a crowd needs as many
# runs as it has members.
RUNS = 32
_PASSING = (pg.DeadlockDetected, pg.SerializationFailure, pg.LockNotAvailable)


class Phase(Enum):
    """Where a transaction stands in an operation.

    Most operations are one transaction (`ONLY`). One that has to call the
    network is a `FIRST` that records the intent and a `LAST` that records the
    outcome, with no transaction open between them, and `MIDDLE` ones at need.

    A retry after a crash in between must find the recorded intent rather than
    record a second one. So a `FIRST` returns the id (a UUID) of what it recorded,
    which is kept with the key and given to the retry instead of running it
    again; or it returns something else and sees for itself.
    """

    ONLY = "only"
    FIRST = "first"
    MIDDLE = "middle"
    LAST = "last"


class Effect(Protocol):
    """What an idempotent request adds to the transactions of its use case."""

    def claim(self, phase: Phase) -> UUID | None:
        """Claims the key, or raises what the caller is to be told instead.

        Returns what a `FIRST` had recorded before whoever ran it was interrupted.
        """

    def note(self, recorded: UUID) -> None:
        """Keeps what a `FIRST` has recorded, for a retry to go on from."""

    def record(self, result: Any) -> None:
        """Stores the answer made from the use case's result, or raises `RunAgain`."""

    def refuse(self, error: CongoCartError) -> None:
        """Stores the refusal after its transaction was rolled back, or raises `RunAgain`."""


current_effect: ContextVar[Effect | None] = ContextVar("current_effect", default=None)


class RunAgain(ResourceBusy):
    """What this use case read has just been changed; running it again sees the change."""


@overload
def use_case(function: Callable[P, T]) -> Callable[P, T]: ...
@overload
def use_case(*, phase: Phase) -> Callable[[Callable[P, T]], Callable[P, T]]: ...
def use_case(
    function: Callable[P, T] | None = None, *, phase: Phase = Phase.ONLY
) -> Callable[P, T] | Callable[[Callable[P, T]], Callable[P, T]]:
    """Makes a service function one durable transaction.

    It may run more than once, so its only effects are those on the database.
    Raises `ResourceBusy` when a lock is not had in time or the retries are used up.
    """

    def decorate(body: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(body)
        def run(*args: P.args, **kwargs: P.kwargs) -> T:
            return _with_retries(lambda: _once(lambda: body(*args, **kwargs), phase))

        return run

    return decorate if function is None else decorate(function)


def _with_retries(attempt: Callable[[], T]) -> T:
    failures = 0
    for _ in range(RUNS):
        try:
            return attempt()
        except RunAgain:
            continue
        except DatabaseError as error:
            failures += 1
            if not isinstance(error.__cause__, _PASSING):
                raise
            if isinstance(error.__cause__, pg.LockNotAvailable) or failures == ATTEMPTS:
                raise ResourceBusy(retry_after=1) from error
            time.sleep(random.uniform(0, 0.01 * 2**failures))
    raise ResourceBusy(retry_after=1)


def _once(body: Callable[[], T], phase: Phase) -> T:
    effect = current_effect.get()
    if effect is None or phase is Phase.MIDDLE:
        return _in_transaction(body)
    claimed = False

    def claimed_body() -> T:
        nonlocal claimed
        recorded = effect.claim(phase)
        claimed = True
        if recorded is not None:
            return cast("T", recorded)
        return _noted(effect, phase, body())

    try:
        return _in_transaction(claimed_body)
    except RunAgain:
        raise
    except CongoCartError as refusal:
        if claimed:
            effect.refuse(refusal)
        raise


def _noted(effect: Effect, phase: Phase, result: T) -> T:
    if phase is not Phase.FIRST:
        effect.record(result)
    elif isinstance(result, UUID):
        effect.note(result)
    return result


def _in_transaction(body: Callable[[], T]) -> T:
    """Commits what `body` did; a constraint is also translated when the commit checks it."""
    try:
        with transaction.atomic(durable=True):
            return body()
    except DatabaseError as error:
        domain_error = domain_error_for(error)
        if domain_error is None:
            raise
        raise domain_error from error

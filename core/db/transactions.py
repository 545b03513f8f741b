"""The unit of work: every change of the shop's state goes through `use_case` or `two_step`.

Both are made of atomic phases. Each phase is exactly one durable transaction: a
violated constraint comes out as a domain error, deadlocks and serialization
failures are retried, and what an idempotent request keeps with its key is
written in the transaction of its effect.
"""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.db.transaction import TransactionManagementError
from psycopg import errors as pg

from core.db.constraints import domain_error_for
from core.errors import CongoCartError, ResourceBusy

P = ParamSpec("P")
T = TypeVar("T")
E = TypeVar("E")

ATTEMPTS = 4
# A phase that has to run again was overtaken by one that finished: of so many contenders at
# once, the last one needs as many runs.
RUNS = 32
_TRANSIENT = (
    pg.DeadlockDetected,
    pg.SerializationFailure,
    pg.LockNotAvailable,
    pg.IdleInTransactionSessionTimeout,  # this process slept; what it had done is rolled back
)


class RunAgain(ResourceBusy):
    """What this use case read has just been changed; running it again sees the change."""


class FetchFirst(Exception):
    """A use case needs what only a call over the network has: it runs again once that is there.

    What it has done so far is rolled back; `fetch` runs outside of any transaction, stores what
    it got in use cases of its own, and may raise a refusal.
    """

    def __init__(self, fetch: Callable[[], None]) -> None:
        super().__init__("This has to be asked for first.")
        self.fetch = fetch


@dataclass(frozen=True, slots=True)
class RecoveryPoint:
    """The row that the first phase of a `two_step` recorded, and that a retry resumes from.

    `resumed` when an earlier attempt recorded it, so that its call may have been made already.
    """

    id: UUID
    resumed: bool = False


@dataclass(frozen=True, slots=True)
class Finished(Generic[T]):
    """The first phase of a `two_step` left nothing to execute: this is the result."""

    result: T


class Effect:
    """What an idempotent request adds to its atomic phases; one without a key adds nothing."""

    def claim(self) -> UUID | None:
        """Claim the key in the first phase, or raise what the client is told instead.

        Return the id of the recovery point that an earlier attempt has left with the key.
        """
        return None

    def lease(self, point: UUID) -> None:
        """Keep the key claimed beyond the first phase, with its recovery point, or `RunAgain`."""

    def respond(self, result: Any) -> None:
        """Store the response that is made from `result`, or raise `RunAgain`."""

    def refuse(self, error: CongoCartError) -> None:
        """Store the refusal after its phase was rolled back, or raise `RunAgain`."""


_NO_EFFECT = Effect()
_last_steps: ContextVar[dict[Hashable, Callable[[], object]] | None] = ContextVar(
    "_last_steps", default=None
)
current_effect: ContextVar[Effect] = ContextVar("current_effect", default=_NO_EFFECT)


def use_case(body: Callable[P, T]) -> Callable[P, T]:
    """Make a service function one atomic phase: all of it is committed, or nothing.

    It may run more than once, so its only effects are those on the database. Raises
    `ResourceBusy` when a lock is not had in time or the retries are used up, and
    `RuntimeError` inside another transaction.
    """

    @functools.wraps(body)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        effect = _take_effect()

        def phase() -> T:
            effect.claim()
            result = body(*args, **kwargs)
            effect.respond(result)
            return result

        return _commit(phase, effect)

    return run


def two_step(
    *,
    record: Callable[[], RecoveryPoint | Finished[T]],
    execute: Callable[[RecoveryPoint], E],
    conclude: Callable[[RecoveryPoint, E], T],
) -> T:
    """Record an intent, execute it outside of any transaction, and conclude from the outcome.

    Two atomic phases with a recovery point between them, for what has to call the network.

    - `record` is the first atomic phase. After a `RecoveryPoint` the key stays leased; with
      `Finished` the response is final. A retry that finds a point does not run it again.
    - `execute` may call the network, and other use cases, which neither claim the key nor
      respond for it. A retry may repeat it, so its calls have to be idempotent.
    - `conclude` is the last atomic phase, in which the response is stored with the key.

    `record` and `conclude` may run more than once; this raises what a `use_case` raises.
    """
    effect = _take_effect()

    def first_phase() -> RecoveryPoint | Finished[T]:
        earlier = effect.claim()
        step = record() if earlier is None else RecoveryPoint(earlier, resumed=True)
        if isinstance(step, Finished):
            effect.respond(step.result)
        else:
            effect.lease(step.id)
        return step

    step = _commit(first_phase, effect)
    if isinstance(step, Finished):
        return step.result
    point, executed = step, execute(step)

    def last_phase() -> T:
        result = conclude(point, executed)
        effect.respond(result)
        return result

    return _commit(last_phase, effect)


def rehearse(phase: Callable[[], T]) -> T:
    """Run what would be an atomic phase, and roll all of it back: its result tells what it does.

    For showing what a use case would do before someone confirms it; of an idempotent request it
    is the use case, and what it told is stored. Raises what the phase raises.
    """

    @use_case
    def undone() -> T:
        token = _last_steps.set({})  # what is rolled back has no end
        try:
            with transaction.atomic():
                result = phase()
                transaction.set_rollback(True)
            return result
        finally:
            _last_steps.reset(token)

    return undone()


def transaction_required(function: Callable[P, T]) -> Callable[P, T]:
    """Mark a function as a part of some use case, whose transaction commits what it does.

    Calling it while no transaction is open raises `TransactionManagementError`: its
    locks would be gone at once, and its changes would last without those they belong to.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        if not connection.in_atomic_block:
            raise TransactionManagementError(f"{function.__qualname__} needs an open transaction.")
        return function(*args, **kwargs)

    return run


def run_last(key: Hashable, step: Callable[[], object]) -> None:
    """Run `step` in this transaction after everything else, once for each `key`.

    For locks that everyone waits for: they come last in the order of locks, and are held for as
    short as can be. A step has to bear that what asked for it was rolled back to a savepoint.
    Outside of an atomic phase it runs at once.
    """
    steps = _last_steps.get()
    if steps is None:
        step()
    else:
        steps.setdefault(key, step)


def leave_database() -> None:
    """Give the connection back to the pool before a call that may take long.

    Raises `RuntimeError` when a transaction is open: a lock would be held for as long as the
    call takes. Like Django's `durable=True`, this does not count that around a test case.
    """
    if any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
        raise RuntimeError("The network must not be called inside a transaction.")
    if not connection.in_atomic_block:
        connection.close()


def _take_effect() -> Effect:
    """Return the effect for the first that asks: what runs later or further inside has none."""
    effect = current_effect.get()
    current_effect.set(_NO_EFFECT)
    return effect


def _commit(phase: Callable[[], T], effect: Effect) -> T:
    """Run an atomic phase until it is committed, refused, or `ResourceBusy`."""
    failures = 0
    for _ in range(RUNS):
        try:
            return _attempt(phase, effect)
        except RunAgain:
            continue
        except FetchFirst as needed:
            needed.fetch()
        except DatabaseError as error:
            failures += 1
            if not isinstance(error.__cause__, _TRANSIENT):
                raise
            if isinstance(error.__cause__, pg.LockNotAvailable) or failures == ATTEMPTS:
                raise ResourceBusy(retry_after=1) from error
            time.sleep(random.uniform(0, 0.01 * 2**failures))
    raise ResourceBusy(retry_after=1)


def _attempt(phase: Callable[[], T], effect: Effect) -> T:
    """Run a phase once; a constraint becomes an error also when only the commit checks it."""
    try:
        try:
            with transaction.atomic(durable=True):
                return _with_last_steps(phase)
        except DatabaseError as error:
            if domain_error := domain_error_for(error):
                raise domain_error from error
            raise
    except RunAgain:
        raise
    except CongoCartError as refusal:
        effect.refuse(refusal)
        raise


def _with_last_steps(phase: Callable[[], T]) -> T:
    """Run a phase, and then what it left for its end."""
    steps: dict[Hashable, Callable[[], object]] = {}
    token = _last_steps.set(steps)
    try:
        result = phase()
        for step in steps.values():
            step()
        return result
    finally:
        _last_steps.reset(token)

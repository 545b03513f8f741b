"""Declaring background jobs.

An app declares its jobs in its `tasks.py`, which is found automatically. A job is a
row in PostgreSQL: deferred inside a use case it is there exactly when the use
case's transaction commits. It runs at least once (a worker may be killed after the
work and before recording it), so a job must be idempotent.

    @job(Queue.MAIL)
    def send_confirmation(*, order_id: str) -> None: ...

    send_confirmation.defer(order_id=str(order.pk))

    @periodic("*/5 * * * *")
    def expire_reservations() -> None: ...
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import StrEnum
from typing import Any

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job
from procrastinate.tasks import Task

FIRST_WAIT_SECONDS = 5
LONGEST_WAIT_SECONDS = 3600
# Three days: 5, 10, 20, … 2,560 seconds, then every hour.
MAX_ATTEMPTS = 82


class Queue(StrEnum):
    """A kind of work. A worker runs each beside the others, so that none waits for another."""

    TIMELY = "timely"  # what buyers wait for; nothing here waits for a server without a bound
    MAIL = "mail"
    DEFAULT = "default"


class Backoff(BaseRetryStrategy):
    """Retry as long as `seconds_to_wait` says."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        seconds = seconds_to_wait(job.attempts + 1)
        return None if seconds is None else RetryDecision(retry_in={"seconds": seconds})


def seconds_to_wait(failures: int) -> int | None:
    """Return when to try again a job that has failed so often; None when it is given up."""
    if failures >= MAX_ATTEMPTS:
        return None
    return min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS << (failures - 1))


def job(queue: Queue) -> Callable[[Callable[..., Any]], Task[..., Any, Any]]:
    """Make a function a job of that queue, named by its module and name, retried with `Backoff`.

    Its arguments must be keywords and fit into JSON. They name rows and hold nothing personal:
    staff see them.
    """
    return app.task(queue=queue, retry=Backoff())


def defer_named(names: Collection[str], *, lock: str | None = None, **arguments: str) -> None:
    """Defer jobs by their names, `module.function`, for callers that must not import them.

    One statement, however many there are. Of jobs with the same `lock` one runs at a time, in
    their order. Raises `KeyError` for a name that is no job.
    """
    if names:
        jobs = [app.tasks[name].configure(lock=lock).make_new_job(**arguments) for name in names]
        app.job_manager.batch_defer_jobs(jobs)


def periodic(
    cron: str, queue: Queue = Queue.DEFAULT
) -> Callable[[Callable[[], Any]], Task[..., Any, Any]]:
    """Run a function by the UTC schedule `cron`, once however many workers there are.

    It is not retried, because it comes again; while one waits, no second is queued, and while one
    runs, no second does: a long one takes a single thread of its queue.
    """

    def declare(function: Callable[[], Any]) -> Task[..., Any, Any]:
        name = f"{function.__module__}.{function.__name__}"

        def run(timestamp: int) -> None:
            function()

        task = app.task(name=name, queue=queue, lock=name, queueing_lock=name)
        return app.periodic(cron=cron)(task(run))

    return declare

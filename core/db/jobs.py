"""Declaring background jobs.

An app declares its jobs in its `tasks.py`, which is found automatically. A job is a
row in PostgreSQL: deferred inside a use case it is there exactly when the use
case's transaction commits. It runs at least once (a worker may be killed after the
work and before recording it), so a job must be idempotent.

    @job
    def send_confirmation(*, order_id: str) -> None: ...

    send_confirmation.defer(order_id=str(order.pk))

    @periodic("*/5 * * * *")
    def expire_reservations() -> None: ...
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job
from procrastinate.tasks import Task

MAX_ATTEMPTS = 10
FIRST_WAIT_SECONDS = 5
LONGEST_WAIT_SECONDS = 3600


class Backoff(BaseRetryStrategy):
    """Retry after 5, 10, 20, … seconds, an hour at most; give up after ten attempts."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if job.attempts + 1 >= MAX_ATTEMPTS:
            return None
        seconds = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2**job.attempts)
        return RetryDecision(retry_in={"seconds": seconds})


def job(function: Callable[..., Any]) -> Task[..., Any, Any]:
    """Make `function` a job named by its module and name, retried with `Backoff`.

    Its arguments must be keywords and fit into JSON.
    """
    return app.task(retry=Backoff())(function)


def periodic(cron: str) -> Callable[[Callable[[], Any]], Task[..., Any, Any]]:
    """Run `function` by the UTC schedule `cron`, once however many workers there are.

    It is not retried, because it comes again; while one waits, no second is queued.
    """

    def declare(function: Callable[[], Any]) -> Task[..., Any, Any]:
        name = f"{function.__module__}.{function.__name__}"

        def run(timestamp: int) -> None:
            function()

        return app.periodic(cron=cron)(app.task(name=name, queueing_lock=name)(run))

    return declare

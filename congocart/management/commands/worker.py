from __future__ import annotations

import asyncio
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections
from procrastinate import App, PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.db_cleanup import close_db_connections
from procrastinate.contrib.django.utils import connector_params

from congocart.job_errors import keep_errors
from congocart.stalled_jobs import (
    HEARTBEAT_SECONDS,
    RESCUE_SECONDS,
    STALLED_SECONDS,
    rescue_stalled_jobs,
)
from core.db.secret_keys import NOT_OURS, record_secret_key

STOP_SECONDS = 25.0
# A worker whose database is gone has nothing to wait for: it ends, and is started again.
DATABASE_SECONDS = 5.0

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    """The worker of background jobs; any number may run at once, on any number of machines."""

    help = "Runs background jobs until SIGTERM or SIGINT, then finishes those it has begun."

    def handle(self, **options: Any) -> None:
        if not record_secret_key():
            raise CommandError(NOT_OURS)
        asyncio.run(_work())


async def _work() -> None:
    """Run a worker for each queue, which fetches jobs over connections of its own.

    `app` keeps Django's: a job that a use case defers is in the use case's transaction
    here as it is in the server. (Procrastinate's `replace_connector` would change that.)
    """
    loop, stop, jobs = asyncio.get_running_loop(), asyncio.Event(), settings.WORKER_JOBS
    # A thread for each job, and one for the rescue: the default is too few for some.
    loop.set_default_executor(ThreadPoolExecutor(sum(jobs.values()) + 1))
    connector = PsycopgConnector(
        kwargs=connector_params(),
        min_size=1,
        max_size=sum(jobs.values()) + len(jobs) + 2,
        timeout=DATABASE_SECONDS,
    )
    worker_app = app.with_connector(connector)
    async with worker_app.open_async():
        rescue = asyncio.create_task(_rescue_regularly())
        workers = [
            asyncio.create_task(_run_jobs(worker_app, queue, at_a_time=number))
            for queue, number in jobs.items()
        ]
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        told = asyncio.create_task(stop.wait())
        await asyncio.wait([*workers, told], return_when=asyncio.FIRST_COMPLETED)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
        for task in (*workers, told, rescue):
            task.cancel()
        for ended in await asyncio.gather(*workers, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended
    if not stop.is_set():
        raise CommandError("the worker has lost its database")


async def _run_jobs(worker_app: App, queue: str, *, at_a_time: int) -> None:
    """Run the jobs of one queue until the database is lost, or finish them when canceled."""
    await worker_app.run_worker_async(
        name=queue,
        queues=[queue],
        concurrency=at_a_time,
        install_signal_handlers=False,
        listen_notify=settings.WORKER_LISTENS,
        delete_jobs="successful",
        shutdown_graceful_timeout=STOP_SECONDS,
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=STALLED_SECONDS,
        task_middleware=[close_db_connections, keep_errors],
    )


async def _rescue_regularly() -> None:
    """Requeue stalled jobs forever; a failure is logged, because an end would go unnoticed."""

    def rescue() -> None:
        try:
            rescue_stalled_jobs()
        finally:
            close_old_connections()

    while True:
        try:
            await sync_to_async(rescue, thread_sensitive=False)()
        except Exception:
            log.exception("rescue failed")
        await asyncio.sleep(RESCUE_SECONDS)

from __future__ import annotations

import asyncio
from argparse import ArgumentParser
from typing import Any

import structlog
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params

from congocart.stalled_jobs import (
    HEARTBEAT_SECONDS,
    RESCUE_SECONDS,
    STALLED_SECONDS,
    rescue_stalled_jobs,
)
from core.db.secret_keys import record_secret_key

STOP_SECONDS = 25.0
# A worker whose database is gone has nothing to wait for: it ends, and is started again.
DATABASE_SECONDS = 5.0

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    """The worker of background jobs; any number may run at once, on any number of machines."""

    help = "Runs background jobs until SIGTERM or SIGINT, then finishes those it has begun."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--jobs", type=int, default=settings.WORKER_JOBS, help="how many to run at a time"
        )

    def handle(self, *, jobs: int, **options: Any) -> None:
        if not record_secret_key():
            raise CommandError("SECRET_KEY is not the one that this shop runs with.")
        asyncio.run(_work(jobs))


async def _work(jobs: int) -> None:
    """Run the worker, which fetches jobs over connections of its own.

    `app` keeps Django's: a job that a use case defers is in the use case's transaction
    here as it is in the server. (Procrastinate's `replace_connector` would change that.)
    """
    connector = PsycopgConnector(
        kwargs=connector_params(), min_size=1, max_size=jobs + 3, timeout=DATABASE_SECONDS
    )
    worker_app = app.with_connector(connector)
    async with worker_app.open_async():
        rescue = asyncio.create_task(_rescue_regularly())
        try:
            await worker_app.run_worker_async(
                concurrency=jobs,
                listen_notify=settings.WORKER_LISTENS,
                delete_jobs="successful",
                shutdown_graceful_timeout=STOP_SECONDS,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=STALLED_SECONDS,
            )
        finally:
            rescue.cancel()


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

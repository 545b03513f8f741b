"""Running jobs again whose worker was killed."""

from __future__ import annotations

from datetime import timedelta

import structlog
from asgiref.sync import async_to_sync
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Job, Status

from congocart.job_errors import keep_error
from core.db.jobs import seconds_to_wait

HEARTBEAT_SECONDS = 5.0
# A worker that has missed three heartbeats is dead.
STALLED_SECONDS = 20.0
RESCUE_SECONDS = 10.0
_LOCK = int.from_bytes(b"rescue")

log = structlog.get_logger(__name__)


def rescue_stalled_jobs() -> int:
    """Queue again what dead workers were doing; return how many jobs were rescued.

    Safe to call from every worker at once: one does it, the others return 0.
    A job that cannot be rescued is logged and does not keep the others from it.
    """
    # No use case: these are procrastinate's own tables, and each job gets a savepoint.
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            if cursor.fetchone() != (True,):
                return 0
        find = async_to_sync(app.job_manager.get_stalled_jobs)
        rescued = 0
        for job in list(find(seconds_since_heartbeat=STALLED_SECONDS)):
            try:
                with transaction.atomic():
                    _queue_again_or_end(job)
            except Exception:
                log.exception("job not rescued", job=job.task_name, job_id=job.id)
            else:
                rescued += 1
        return rescued


def _queue_again_or_end(job: Job) -> None:
    """Queue a lost job again, unless it failed too often or its successor waits already.

    A job that takes its worker down each time waits and is given up like one that fails each time.
    """
    assert job.id is not None  # noqa: S101 -- it comes from the table
    seconds = seconds_to_wait(job.attempts + 1)
    log.warning("job lost its worker", job=job.task_name, job_id=job.id, given_up=seconds is None)
    keep_error(job, "The worker died at it.")
    finish = async_to_sync(app.job_manager.finish_job)
    if seconds is None:
        finish(job, status=Status.FAILED, delete_job=False)
        return
    # The first time it is hardly the job's fault. A periodic one keeps its next from being queued.
    pause = timedelta(seconds=seconds if job.attempts and not job.queueing_lock else 0)
    try:
        with transaction.atomic():
            app.job_manager.retry_job_by_id(job.id, retry_at=timezone.now() + pause)
    except UniqueViolation:
        # The next of its kind waits already, as that of a periodic job does: it will do.
        finish(job, status=Status.FAILED, delete_job=True)

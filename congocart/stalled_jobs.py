"""Jobs whose worker was killed run again."""

from __future__ import annotations

import structlog
from asgiref.sync import async_to_sync
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Job, Status

from core.db.jobs import MAX_ATTEMPTS

HEARTBEAT_SECONDS = 5.0
# A worker that has missed three heartbeats is dead.
STALLED_SECONDS = 20.0
RESCUE_SECONDS = 10.0
_LOCK = int.from_bytes(b"rescue")

log = structlog.get_logger(__name__)


def rescue_stalled_jobs() -> int:
    """Queues again what a dead worker was doing; returns how many jobs.

    Safe to call from every worker at once: one does it, the others pass by.
    A job that cannot be rescued is logged and keeps no other from it.
    """
    # No use case: these are procrastinate's own tables, and each job gets a savepoint.
    with transaction.atomic():
        if not _is_our_turn():
            return 0
        find = async_to_sync(app.job_manager.get_stalled_jobs)
        stalled = list(find(seconds_since_heartbeat=STALLED_SECONDS))
        return sum(_rescue(job) for job in stalled)


def _is_our_turn() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        row = cursor.fetchone()
    return bool(row and row[0])


def _rescue(job: Job) -> bool:
    try:
        with transaction.atomic():
            _queue_again_or_end(job)
    except Exception:
        log.exception("job not rescued", job=job.task_name, job_id=job.id)
        return False
    return True


def _queue_again_or_end(job: Job) -> None:
    """A job that takes its worker down each time is given up like one that fails each time."""
    assert job.id is not None  # noqa: S101 - it comes from the table
    hopeless = job.attempts + 1 >= MAX_ATTEMPTS
    log.warning("job lost its worker", job=job.task_name, job_id=job.id, given_up=hopeless)
    finish = async_to_sync(app.job_manager.finish_job)
    if hopeless:
        finish(job, status=Status.FAILED, delete_job=False)
    elif not _queued_again(job.id):
        finish(job, status=Status.FAILED, delete_job=True)


def _queued_again(job_id: int) -> bool:
    """False when the next of its kind waits already, as a periodic job's does: that one will do."""
    try:
        with transaction.atomic():
            app.job_manager.retry_job_by_id(job_id, retry_at=timezone.now())
    except UniqueViolation:
        return False
    return True

"""Why background jobs fail, kept for staff: the queue itself keeps no reason."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import DatabaseError
from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job
from procrastinate.worker import Worker

from congocart.logging import without_emails
from core.db.models import JobError

LONGEST = 500


def keep_errors(call_next: Callable[[], Any], context: JobContext, worker: Worker) -> Any:
    """Run a job, and keep why it failed; a middleware of the worker."""
    try:
        return call_next()
    except Exception as error:
        first_line = str(error).partition("\n")[0]
        reason = f"{type(error).__name__}: {first_line}" if first_line else type(error).__name__
        with suppress(DatabaseError):
            keep_error(context.job, reason)
        raise


def keep_error(job: Job, reason: str) -> None:
    """Replace the error of a job, without e-mail addresses: mail servers quote recipients."""
    JobError.objects.bulk_create(
        [JobError(pk=job.id, error=without_emails(reason)[:LONGEST], at=timezone.now())],
        update_conflicts=True,
        unique_fields=["job"],
        update_fields=["error", "at"],
    )


def last_error(job: ProcrastinateJob) -> str:
    """Return why a job failed the last time; empty when it never did."""
    if job.status == "failed" and job.task_name not in app.tasks:
        return "This version has no such task."
    kept: JobError | None = getattr(job, "last_error", None)
    return kept.error if kept else ""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import ConnectorException
from structlog.testing import capture_logs

from congocart.management.commands import worker
from congocart.stalled_jobs import STALLED_SECONDS, rescue_stalled_jobs
from core.db.jobs import MAX_ATTEMPTS
from core.db.models import JobError

pytestmark = pytest.mark.django_db


def begun_job(*, heartbeat_age: float, attempts: int = 0, queueing_lock: str | None = None) -> int:
    """A job that a worker is at whose last heartbeat was `heartbeat_age` seconds ago."""
    job_id = waiting_job(queueing_lock=queueing_lock)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH worker AS (
                INSERT INTO procrastinate_workers (last_heartbeat)
                VALUES (now() - make_interval(secs => %s)) RETURNING id
            )
            UPDATE procrastinate_jobs
               SET status = 'doing', attempts = %s, worker_id = (SELECT id FROM worker)
             WHERE id = %s
            """,
            [heartbeat_age, attempts, job_id],
        )
    return job_id


def waiting_job(*, queueing_lock: str | None = None) -> int:
    return app.configure_task("any", queueing_lock=queueing_lock, allow_unknown=True).defer()


def statuses(*job_ids: int) -> list[str | None]:
    """None for a job that is not there any more."""
    found = dict(ProcrastinateJob.objects.values_list("pk", "status"))
    return [found.get(job_id) for job_id in job_ids]


def test_a_dead_workers_job_is_queued_again() -> None:
    job_id = begun_job(heartbeat_age=STALLED_SECONDS + 1)
    assert rescue_stalled_jobs() == 1
    job = ProcrastinateJob.objects.get(pk=job_id)
    assert (job.status, job.attempts) == ("todo", 1)


def test_a_living_workers_job_is_left_alone() -> None:
    job_id = begun_job(heartbeat_age=STALLED_SECONDS - 5)
    assert rescue_stalled_jobs() == 0
    assert ProcrastinateJob.objects.get(pk=job_id).status == "doing"


def test_a_job_that_kills_its_workers_is_given_up() -> None:
    job_id = begun_job(heartbeat_age=STALLED_SECONDS + 1, attempts=MAX_ATTEMPTS - 1)
    assert rescue_stalled_jobs() == 1
    assert ProcrastinateJob.objects.get(pk=job_id).status == "failed"
    assert JobError.objects.get(job=job_id).error == "The worker died at it."


def test_a_job_that_has_killed_a_worker_waits_before_it_gets_another() -> None:
    first = begun_job(heartbeat_age=STALLED_SECONDS + 1)
    often = begun_job(heartbeat_age=STALLED_SECONDS + 1, attempts=5)
    again = begun_job(heartbeat_age=STALLED_SECONDS + 1, attempts=5, queueing_lock="periodic")
    assert rescue_stalled_jobs() == 3
    due = dict(ProcrastinateJob.objects.values_list("pk", "scheduled_at"))
    assert due[first] <= due[again] <= timezone.now()
    assert due[often] > timezone.now() + timedelta(minutes=2)


def test_a_job_whose_successor_waits_already_is_left_to_it() -> None:
    lost = begun_job(heartbeat_age=STALLED_SECONDS + 1, queueing_lock="periodic")
    other = begun_job(heartbeat_age=STALLED_SECONDS + 1)
    successor = waiting_job(queueing_lock="periodic")
    assert rescue_stalled_jobs() == 2
    assert statuses(lost, other, successor) == [None, "todo", "todo"]


def test_a_job_that_cannot_be_rescued_keeps_no_other_from_it() -> None:
    bad = begun_job(heartbeat_age=STALLED_SECONDS + 1)
    others = [begun_job(heartbeat_age=STALLED_SECONDS + 1) for _ in range(2)]
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE procrastinate_jobs ADD CONSTRAINT bad"
            f" CHECK (id <> {bad} OR status <> 'todo')"
        )
    assert rescue_stalled_jobs() == 2
    assert statuses(bad, *others) == ["doing", "todo", "todo"]


@pytest.mark.parametrize("error", [DatabaseError(), ConnectorException(), RuntimeError()])
def test_the_rescue_goes_on_after_whatever_went_wrong(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    calls = []

    def failing() -> int:
        calls.append(error)
        raise error

    monkeypatch.setattr(worker, "rescue_stalled_jobs", failing)
    monkeypatch.setattr(worker, "RESCUE_SECONDS", 0.01)

    with capture_logs() as logs, pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(worker._rescue_regularly(), 0.5))

    assert len(calls) > 1
    assert logs[0]["event"] == "rescue failed"
    assert logs[0]["exc_info"]

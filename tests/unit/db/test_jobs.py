from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from procrastinate.jobs import Job

from core.db.jobs import MAX_ATTEMPTS, Backoff, seconds_to_wait


def job(attempts: int) -> Job:
    return Job(
        id=1, queue="default", lock=None, queueing_lock=None, task_name="any", attempts=attempts
    )


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(0, 5), (1, 10), (2, 20), (9, 2560), (10, 3600), (80, 3600)]
)
def test_each_wait_is_twice_the_one_before_and_an_hour_at_most(attempts: int, seconds: int) -> None:
    decision = Backoff().get_retry_decision(exception=RuntimeError(), job=job(attempts))
    assert decision is not None
    assert decision.retry_at is not None
    assert (decision.retry_at - datetime.now(UTC)).total_seconds() == pytest.approx(seconds, abs=1)


def test_a_job_is_tried_for_three_days_and_then_given_up() -> None:
    waits = [seconds_to_wait(failures) for failures in range(1, MAX_ATTEMPTS)]
    assert timedelta(days=3) < timedelta(seconds=sum(waits)) < timedelta(days=3, hours=1)
    assert seconds_to_wait(MAX_ATTEMPTS) is None
    assert Backoff().get_retry_decision(exception=OSError(), job=job(MAX_ATTEMPTS - 1)) is None

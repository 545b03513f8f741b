from __future__ import annotations

from datetime import UTC, datetime

import pytest
from procrastinate.jobs import Job

from core.db.jobs import MAX_ATTEMPTS, Backoff


def job(attempts: int) -> Job:
    return Job(
        id=1, queue="default", lock=None, queueing_lock=None, task_name="any", attempts=attempts
    )


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 5), (1, 10), (2, 20), (8, 1280)])
def test_each_wait_is_twice_the_one_before(attempts: int, seconds: int) -> None:
    decision = Backoff().get_retry_decision(exception=RuntimeError(), job=job(attempts))
    assert decision is not None
    assert decision.retry_at is not None
    assert (decision.retry_at - datetime.now(UTC)).total_seconds() == pytest.approx(seconds, abs=1)


def test_the_tenth_attempt_is_the_last() -> None:
    decision = Backoff().get_retry_decision(exception=RuntimeError(), job=job(MAX_ATTEMPTS - 1))
    assert decision is None

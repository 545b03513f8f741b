from __future__ import annotations

import pytest
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.domain import Role
from tests.integration.admin import rows


def status_of(number: int) -> str:
    return ProcrastinateJob.objects.get(pk=number).status


def retry(client, number: int):
    url = reverse("admin:procrastinate_procrastinatejob_retry_one", args=[number])
    return client.post(url, {"_form_submitted": "True"})


def test_a_failed_job_is_put_back_into_its_queue(boss):
    number = rows.job()
    assert retry(boss, number).status_code == 200
    job = ProcrastinateJob.objects.get(pk=number)
    assert (job.status, job.queue_name, job.attempts) == ("todo", "default", 2)
    assert job.scheduled_at is not None


@pytest.mark.parametrize("status", ["todo", "doing", "succeeded", "cancelled", "aborted"])
def test_a_job_that_has_not_failed_is_left_alone(boss, status):
    number = rows.job(status=status)
    retry(boss, number)
    assert status_of(number) == status


def test_many_failed_jobs_are_put_back_at_once(boss):
    failed, running = [rows.job(), rows.job()], rows.job(status="doing")
    boss.post(
        reverse("admin:procrastinate_procrastinatejob_changelist"),
        {"action": "retry", "_selected_action": [*failed, running]},
    )
    assert [status_of(number) for number in [*failed, running]] == ["todo", "todo", "doing"]
    assert "2 background jobs queued again." in boss.get("/admin/").content.decode()


def test_looking_at_the_form_of_a_retry_retries_nothing(boss):
    number = rows.job()
    url = reverse("admin:procrastinate_procrastinatejob_retry_one", args=[number])
    assert boss.get(f"{url}?_form_submitted=True").status_code == 200
    assert status_of(number) == "failed"


def test_a_retry_needs_a_manager(browser_of):
    number = rows.job()
    assert retry(browser_of(Role.FULFILLMENT), number).status_code == 403
    assert status_of(number) == "failed"
    assert retry(browser_of(Role.MANAGER), number).status_code == 200
    assert status_of(number) == "todo"


def test_the_arguments_and_the_history_of_a_job_are_shown(boss):
    number = rows.job(status="todo")
    url = reverse("admin:procrastinate_procrastinatejob_change", args=[number])
    page = boss.get(url).content.decode()
    assert "limit: 100" in page
    assert "deferred" in page

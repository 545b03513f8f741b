from __future__ import annotations

import html
from types import SimpleNamespace

import pytest
from django.db import connection
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.domain import Role
from congocart.job_errors import keep_error, keep_errors
from core.db.models import JobError
from tests.integration.admin import rows


def failed(error: str, **job) -> int:
    """A job that failed with that error."""
    number = rows.job(**job)
    row = ProcrastinateJob.objects.get(pk=number)
    keep_error(row.procrastinate_job, error)
    return number


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


SMTP = "SMTPRecipientsRefused: {'ada@example.com': (550, b'no such user')}"


def test_a_job_that_was_given_up_is_counted_and_shown_with_its_reason(boss):
    number = failed(SMTP, task="accounts.emails.send_welcome")
    failed("OSError: unreachable", task="accounts.emails.send_welcome")
    for path in ("admin:index", "admin:procrastinate_procrastinatejob_changelist"):
        page = html.unescape(boss.get(reverse(path)).content.decode())
        assert "SMTPRecipientsRefused: {(e-mail)" in page
        assert "OSError: unreachable" in page
        assert "ada@example.com" not in page
    (to_do,) = [it for it in boss.get("/admin/").context["to_do"] if it.title == "Failed jobs"]
    assert to_do.count == 2
    assert "limit: 100" in page
    url = reverse("admin:procrastinate_procrastinatejob_change", args=[number])
    assert "no such user" in boss.get(url).content.decode()


def test_a_job_that_is_still_retried_is_seen_before_it_is_given_up(boss):
    number = rows.job(status="todo", task="accounts.emails.send_welcome")
    assert "send_welcome" not in boss.get("/admin/").content.decode()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET attempts = 5 WHERE id = %s", [number])
    assert "send_welcome" in boss.get("/admin/").content.decode()


def test_a_job_that_no_task_has_any_more_says_so(boss):
    rows.job(task="accounts.mails.send_welcome")
    assert "This version has no such task." in boss.get("/admin/").content.decode()


def test_an_error_goes_with_its_job(boss):
    number = failed("OSError: unreachable")
    failed("OSError: again", task="x")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [number])
    assert JobError.objects.get().error == "OSError: again"


def test_a_middleware_keeps_the_first_line_of_the_latest_error(db):
    job = ProcrastinateJob.objects.get(pk=rows.job()).procrastinate_job
    context = SimpleNamespace(job=job)
    for error in (OSError("unreachable"), ValueError("bad\nDETAIL: Key (email)=(Ada)")):
        with pytest.raises(type(error)):
            keep_errors(lambda error=error: (_ for _ in ()).throw(error), context, None)
    assert JobError.objects.get().error == "ValueError: bad"

"""Workers as processes, stopped and killed at their work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator

import psycopg
import pytest
from procrastinate import App, SyncPsycopgConnector

from embedded.postgres import EmbeddedPostgres
from tests.faults.running import ROOT, Shop, until

pytestmark = pytest.mark.faults


class Queue:
    """The jobs of a database, and what they noted."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.database = psycopg.connect(url.replace("postgres:", "postgresql:"), autocommit=True)
        self.database.execute("CREATE TABLE noted (text text)")

    def defer(self, name: str, **arguments: object) -> None:
        connector = SyncPsycopgConnector(conninfo=self.url.replace("postgres:", "postgresql:"))
        with App(connector=connector).open() as app:
            task = app.configure_task(f"tests.faults.jobs.{name}", allow_unknown=True)
            task.defer(**arguments)  # type: ignore[arg-type]

    def noted(self) -> list[str]:
        return [text for (text,) in self.database.execute("SELECT text FROM noted")]

    def jobs(self, name: str) -> list[tuple[str, int, float]]:
        """Status, attempts, and seconds from the last of them to the next."""
        return self.database.execute(
            """
            SELECT status, attempts, extract(epoch FROM scheduled_at - failed.at)::float8
              FROM procrastinate_jobs AS job
              LEFT JOIN LATERAL (
                SELECT max(at) AS at FROM procrastinate_events
                 WHERE job_id = job.id AND type = 'deferred_for_retry'
              ) AS failed ON true
             WHERE task_name = %s
            """,
            [f"tests.faults.jobs.{name}"],
        ).fetchall()


@pytest.fixture
def queue(shop: Shop) -> Iterator[Queue]:
    database = EmbeddedPostgres(shop.data, durable=False)
    database.start()
    queue = Queue(database.url)
    yield queue
    queue.database.close()
    database.stop()


@pytest.fixture
def work(queue: Queue) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts workers."""
    workers: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        settings = {"DJANGO_SETTINGS_MODULE": "tests.faults.worker_settings"}
        workers.append(
            subprocess.Popen(
                [sys.executable, ROOT / "manage.py", "worker"],
                env={**os.environ, **settings, "DATABASE_URL": queue.url, "PYTHONPATH": str(ROOT)},
            )
        )
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()
        worker.wait()


def test_jobs_run_once_each_however_many_workers_there_are(
    queue: Queue, work: Callable[[], subprocess.Popen[bytes]]
) -> None:
    work()
    work()
    for number in range(30):
        queue.defer("note", text=f"number {number}")
    until(lambda: len([text for text in queue.noted() if "number" in text]) >= 30)
    time.sleep(1)
    counts = Counter(text for text in queue.noted() if "number" in text)
    assert counts == {f"number {number}": 1 for number in range(30)}


def test_a_periodic_job_runs_once_a_time_with_two_workers(
    queue: Queue, work: Callable[[], subprocess.Popen[bytes]]
) -> None:
    work()
    work()
    until(queue.noted)
    started = time.monotonic()
    time.sleep(7)
    # Every two seconds: were it once a worker, there would be eight.
    assert 3 <= len(queue.noted()) <= 2 + (time.monotonic() - started) / 2


def test_a_worker_told_to_stop_finishes_what_it_has_begun(
    queue: Queue, work: Callable[[], subprocess.Popen[bytes]]
) -> None:
    worker = work()
    queue.defer("slow", text="job", seconds=2)
    until(lambda: "job begun" in queue.noted())
    queue.defer("slow", text="next", seconds=0)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0
    assert "job done" in queue.noted()


def test_a_killed_workers_job_is_done_by_another_within_a_minute(
    queue: Queue, work: Callable[[], subprocess.Popen[bytes]]
) -> None:
    killed = work()
    queue.defer("slow", text="job", seconds=8)
    until(lambda: "job begun" in queue.noted())
    work()
    killed.kill()
    started = time.monotonic()
    until(lambda: queue.noted().count("job begun") == 2)
    assert time.monotonic() - started < 60
    until(lambda: "job done" in queue.noted())
    time.sleep(1)
    assert queue.noted().count("job begun") == 2


def test_a_failed_job_waits_before_it_is_tried_again(
    queue: Queue, work: Callable[[], subprocess.Popen[bytes]]
) -> None:
    work()
    queue.defer("failing")
    until(lambda: queue.jobs("failing")[0][1] == 1)
    [(status, _, wait)] = queue.jobs("failing")
    assert status == "todo"
    assert 2 < wait <= 5
    until(lambda: queue.jobs("failing")[0][1] == 2)
    assert 7 < queue.jobs("failing")[0][2] <= 10


def test_a_job_deferred_in_a_job_exists_when_its_transaction_commits(
    queue: Queue, work: Callable[[], subprocess.Popen[bytes]]
) -> None:
    work()
    queue.defer("deferring", text="rolled back", fails=True)
    queue.defer("deferring", text="committed", fails=False)
    until(lambda: "committed" in queue.noted())
    until(lambda: queue.jobs("deferring")[0][1] == 1)
    time.sleep(1)
    assert "rolled back" not in queue.noted()

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone
from rest_framework.test import APIClient

from core.http import idempotency, idempotency_store, leases
from core.http.models import IdempotencyKey
from events.models import Event
from tests.integration.api import diary

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.integration.api.diary"),
]


@pytest.fixture(autouse=True)
def nobody_waits():
    diary.posted.clear()
    diary.running.clear()
    diary.may_finish.clear()
    diary.finished.clear()
    yield
    diary.may_finish.set()
    diary.finished.set()


def post(path: str, kind: str, key: str = "key-1"):
    client = APIClient(raise_request_exception=False)
    try:
        return client.post(path, {"kind": kind}, format="json", headers={"Idempotency-Key": key})
    finally:
        connections.close_all()


def at_once(count: int, path: str, kind: str, key: str):
    barrier = threading.Barrier(count)

    def send(_: int):
        barrier.wait()
        return post(path, kind, key)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(send, range(count)))


@pytest.mark.parametrize("path", ["/entries", "/letters"])
@pytest.mark.parametrize(("kind", "status"), [("note", 201), ("full", 409)])
def test_twenty_at_once_with_one_key_are_one_effect_and_one_answer(path, kind, status):
    for attempt in range(5):
        responses = at_once(20, path, kind, f"key-{attempt}")

        final = [
            r for r in responses if r.status_code == status and b"in_progress" not in r.content
        ]
        busy = [r for r in responses if r not in final]
        assert {r.status_code for r in final} == {status}
        assert len({r.content for r in final}) == 1
        assert sum("Idempotent-Replayed" not in r for r in final) == 1
        assert all(r.status_code == 409 and r["Retry-After"] == "1" for r in busy)
        assert post(path, kind, f"key-{attempt}").content == final[0].content

    effects = Counter(Event.objects.values_list("type", flat=True))
    last = "sent.note" if path == "/letters" else "note"
    assert effects[last] == (5 if kind == "note" else 0)


@pytest.mark.parametrize("path", ["/entries", "/letters"])
def test_a_request_is_refused_while_the_first_one_runs(path):
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(post, path, "slow")
        assert diary.running.wait(10)
        busy = post(path, "slow")
        other_key = post(path, "note", "key-2")
        diary.may_finish.set()
        response = first.result()

        assert busy.status_code == 409
        assert busy.json()["code"] == "idempotency_in_progress"
        assert busy["Retry-After"] == "1"
        assert other_key.status_code == 201
        assert response.status_code == 201
        assert post(path, "slow").content == response.content


def test_a_connection_that_dies_before_the_commit_blocks_nobody():
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(post, "/entries", "slow")
        assert diary.running.wait(10)
        kill_others()
        diary.may_finish.set()
        assert eventually_free("slow")
        assert first.result().status_code == 503

    assert Event.objects.filter(type="slow").count() == 1


def kill_others() -> None:
    """What the server does to the session of a process that was killed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND state = 'idle in transaction'"
        )
        assert cursor.rowcount == 1


def eventually_free(kind: str) -> bool:
    for _ in range(50):
        if post("/entries", kind).status_code == 201:
            return True
        time.sleep(0.1)
    return False


def test_an_operation_that_outlived_its_lease_does_not_store_a_second_answer(monkeypatch):
    monkeypatch.setattr(idempotency_store, "LEASE", timedelta(0))
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(post, "/letters", "slow")
        assert diary.running.wait(10)
        assert IdempotencyKey.objects.filter(leased_until__lte=timezone.now()).exists()
        diary.may_finish.set()
        second = post("/letters", "slow")
        first = slow.result()

    assert first.status_code == second.status_code == 201
    assert first.content == second.content == post("/letters", "slow").content


def test_an_operation_that_is_refused_after_another_attempt_finished_gets_its_answer(monkeypatch):
    monkeypatch.setattr(idempotency_store, "LEASE", timedelta(0))
    with ThreadPoolExecutor(1) as pool:
        overtaken = pool.submit(post, "/letters", "overtaken")
        assert diary.running.wait(10)
        diary.may_finish.set()
        second = post("/letters", "overtaken")
        diary.finished.set()
        first = overtaken.result()

    assert second.status_code == 201
    assert first.content == second.content
    assert first["Idempotent-Replayed"] == "true"
    assert Event.objects.filter(type="sent.overtaken").count() == 1


def test_a_lease_is_renewed_as_long_as_its_holder_works(monkeypatch):
    for module in (idempotency_store, leases):
        monkeypatch.setattr(module, "LEASE", timedelta(seconds=0.5))
    monkeypatch.setattr(leases, "RENEWAL_SECONDS", 0.1)
    monkeypatch.setattr(idempotency, "keeper", leases.LeaseKeeper())
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(post, "/letters", "slow")
        assert diary.running.wait(10)
        for _ in range(10):
            time.sleep(0.1)
            assert post("/letters", "slow").json()["code"] == "idempotency_in_progress"
        diary.may_finish.set()
        first = slow.result()

    assert first.status_code == 201
    assert post("/letters", "slow").content == first.content
    assert len(diary.posted) == 1


def test_a_holder_that_slept_takes_its_key_from_no_successor(monkeypatch):
    """Its process was stopped, so nothing was renewed; it wakes while another goes on."""
    monkeypatch.setattr(idempotency_store, "LEASE", timedelta(0))
    with ThreadPoolExecutor(2) as pool:
        sleeper = pool.submit(post, "/letters", "slept")
        assert diary.running.wait(10)
        monkeypatch.setattr(idempotency_store, "LEASE", leases.LEASE)
        diary.running.clear()
        successor = pool.submit(post, "/letters", "slept")
        assert diary.running.wait(10)
        diary.may_finish.set()
        assert sleeper.result().json()["code"] == "idempotency_in_progress"
        diary.finished.set()
        response = successor.result()

    assert response.status_code == 201
    assert post("/letters", "slept").content == response.content

"""Of any number of concurrent hits exactly as many as allowed pass."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection

from core.http.counters import MemoryCounter, PostgresCounter, RedisCounter

THREADS = 8
HITS = 50

pytestmark = pytest.mark.django_db(transaction=True)


def hits_of(counter: MemoryCounter | PostgresCounter | RedisCounter) -> list[int]:
    key = uuid4().hex

    def run() -> list[int]:
        try:
            return [counter.hit(key, 60) for _ in range(HITS)]
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as threads:
        results = [future.result() for future in [threads.submit(run) for _ in range(THREADS)]]
    return sorted(hit for result in results for hit in result)


@pytest.fixture(autouse=True)
def switching_often():
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.parametrize("kind", [MemoryCounter, PostgresCounter])
def test_concurrent_hits_all_count_once(kind):
    assert hits_of(kind()) == list(range(1, THREADS * HITS + 1))


@pytest.mark.skipif("REDIS_URL" not in os.environ, reason="needs a Redis")
def test_concurrent_hits_in_redis_all_count_once():
    counter = RedisCounter(os.environ["REDIS_URL"])
    assert hits_of(counter) == list(range(1, THREADS * HITS + 1))

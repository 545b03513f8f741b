"""Threads that start together, each with its own connection, and what the audit says then."""

from __future__ import annotations

import functools
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from core.db.invariants import declared_checks, frozen_snapshot, run_checks

T = TypeVar("T")

CONCURRENCY = 32
START_SECONDS = 60


def at_once(*works: Callable[[], T]) -> list[T]:
    """What each of `works` returned; all begin at the same moment."""
    barrier = Barrier(len(works))

    def run(work: Callable[[], T]) -> T:
        try:
            connection.ensure_connection()
            barrier.wait(START_SECONDS)
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def later(seconds: float, work: Callable[..., T], *arguments: Any) -> Callable[[], T]:
    """`work`, which gives the others that lead."""

    def run() -> T:
        time.sleep(seconds)
        return work(*arguments)

    return run


def crowd(work: Callable[[int], T], number: int) -> list[T]:
    """What `work(0)` … `work(number - 1)` returned; `CONCURRENCY` of them run at any moment."""
    shares = [range(first, number, CONCURRENCY) for first in range(min(CONCURRENCY, number))]

    def run(share: range) -> list[T]:
        return [work(index) for index in share]

    told = at_once(*(functools.partial(run, share) for share in shares))
    return [told[index % CONCURRENCY][index // CONCURRENCY] for index in range(number)]


def shopper(**headers: str) -> APIClient:
    """A new visitor, to whom a bug of ours is an answer as it is to everyone else."""
    client = APIClient(raise_request_exception=False)
    client.default_format = "json"  # type: ignore[misc]
    client.credentials(**{f"HTTP_{name.upper()}": value for name, value in headers.items()})
    return client


def codes(responses: Sequence[Any]) -> Counter[str]:
    """How many answers there are of each kind: the code of a refusal, else the status."""
    return Counter(code_of(response) for response in responses)


def code_of(response: Any) -> str:
    """The code of a refusal, else the status."""
    return response.json()["code"] if response.status_code >= 400 else str(response.status_code)


def value(sql: str) -> Any:
    """The first column of the first row."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def assert_audit_finds_nothing() -> None:
    """What `manage.py audit` asks holds between any two transactions."""
    with frozen_snapshot():
        found = list(run_checks(declared_checks(), now=timezone.now()))
    assert len(found) > 10
    broken = [finding for finding in found if finding.violations]
    assert not broken, broken

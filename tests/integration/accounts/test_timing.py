"""Time tells nobody who has an account. Measured with the real password hash."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter
from uuid import uuid4

import pytest

from accounts.domain import Role
from accounts.services import ensure_user, lockout

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

PASSWORD = "correct horse battery"
EMAIL = "ada@example.com"
ROUNDS = 15
# A busy machine may blur one measurement; what really takes longer shows in each.
TRIES = 3


@pytest.fixture(autouse=True)
def real_hash(settings, monkeypatch):
    settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS[1:]  # Those that the server has too.
    for name in ("FREE_PER_ACCOUNT_AND_ADDRESS", "FREE_PER_ACCOUNT", "FREE_PER_ADDRESS"):
        monkeypatch.setattr(lockout, name, 10_000)
    ensure_user(email=EMAIL, password=PASSWORD, role=Role.CUSTOMER)


def medians(*calls: Callable[[], object]) -> list[float]:
    """Seconds of each call, taken in turn, so that a busy moment of the machine hits all."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(ROUNDS):
        for index, call in enumerate(calls):
            started = perf_counter()
            call()
            times[index].append(perf_counter() - started)
    return [median(each) for each in times]


def assert_alike(one: Callable[[], object], other: Callable[[], object]) -> None:
    measured = []
    for _ in range(TRIES):
        measured.append(medians(one, other))
        if max(measured[-1]) * 0.75 < min(measured[-1]):
            return
    raise AssertionError(f"seconds: {measured}")


def stranger() -> str:
    return f"{uuid4().hex}@example.com"


def test_logging_in_takes_the_same_time_for_unknown_and_for_wrong(client):
    def attempt(email: str) -> None:
        body = {"email": email, "password": "wrong password"}
        assert client.post("/api/v1/auth/token", body).status_code == 401

    assert_alike(lambda: attempt(EMAIL), lambda: attempt(stranger()))


def test_registering_takes_the_same_time_for_taken_and_for_new(client):
    def attempt(email: str) -> None:
        body = {"email": email, "password": PASSWORD}
        assert client.post("/api/v1/auth/register", body).status_code == 201

    assert_alike(lambda: attempt(EMAIL), lambda: attempt(stranger()))


def test_forgetting_a_password_takes_the_same_time_for_known_and_for_unknown(client):
    def attempt(email: str) -> None:
        assert client.post("/api/v1/auth/password/forgot", {"email": email}).status_code == 202

    assert_alike(lambda: attempt(EMAIL), lambda: attempt(stranger()))

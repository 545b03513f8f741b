from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from math import inf
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from rest_framework.test import APIClient

from accounts.domain import Device, Role
from accounts.services import ensure_user, log_in
from accounts.tokens.closed_accounts import closed_accounts
from accounts.tokens.json_web_tokens import verified_tokens
from accounts.tokens.signing_keys import Ring, jwk_of, keyring

PASSWORD = "correct horse battery"
_PRIVATE_KEY = ec.generate_private_key(ec.SECP256R1())
_KID = jwk_of(_PRIVATE_KEY.public_key())["kid"]
_RING = Ring(_KID, _PRIVATE_KEY, {_KID: _PRIVATE_KEY.public_key()})


def pytest_configure() -> None:
    """Argon2 takes tens of milliseconds by design, and tests come in bursts: both are off,
    but for the tests that are about them.
    """
    settings.RATE_LIMITS = False
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]


@pytest.fixture(autouse=True)
def signing_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """One key for every test, already in memory, so that signing costs no statement.

    It is in no table, so it is never looked for there, however long the test takes. Nor are
    accounts that were closed.
    """
    monkeypatch.setattr("accounts.tokens.signing_keys.STALE_AFTER", inf)
    monkeypatch.setattr("accounts.tokens.closed_accounts.STALE_AFTER", inf)
    closed_accounts.cache(frozenset())
    keyring.cache(_RING)
    verified_tokens.clear()


@pytest.fixture(autouse=True)
def jobs_end_with_their_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """The table of jobs is not Django's to empty, so a test that commits would leave its jobs."""
    yield
    marker = request.node.get_closest_marker("django_db")
    if (marker and marker.kwargs.get("transaction")) or "transactional_db" in request.fixturenames:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.fixture
def frozen_heap() -> Iterator[None]:
    """The garbage collector leaves alone what is there already, as it does in the server."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def client() -> APIClient:
    """An anonymous HTTP client that speaks JSON."""
    return _new_client()


@pytest.fixture
def client_of(db: None) -> Callable[..., APIClient]:
    """Makes HTTP clients: `client_of(Role.MANAGER)` is a new manager, logged in."""

    def log_in_as(role: Role = Role.CUSTOMER, email: str = "") -> APIClient:
        email = email or f"{role}-{uuid4().hex[:8]}@example.com"
        user = ensure_user(email=email, password=PASSWORD, role=role)
        pair = log_in(email=email, password=PASSWORD, device=Device(), now=timezone.now())
        client = _new_client()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair.access}")
        client.user_id = user.pk  # type: ignore[attr-defined]
        return client

    return log_in_as


@pytest.fixture
def run_jobs(db: None) -> Callable[[], int]:
    """Runs the background jobs that are waiting, as a worker would; returns how many."""

    def run() -> int:
        waiting = ProcrastinateJob.objects.filter(status="todo").order_by("id")
        jobs = list(waiting)
        for each in jobs:
            app.tasks[each.task_name].func(**each.args)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE status = 'todo'")
        return len(jobs)

    return run


@pytest.fixture
def assert_statements() -> Callable[[int], AbstractContextManager[None]]:
    """`with assert_statements(3):` runs exactly three statements, transaction control aside."""

    @contextmanager
    def exactly(number: int) -> Iterator[None]:
        with CaptureQueriesContext(connection) as captured:
            yield
        found = [
            query["sql"]
            for query in captured.captured_queries
            if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT"))
        ]
        assert len(found) == number, "\n".join(found)

    return exactly


def _new_client() -> APIClient:
    client = APIClient()
    client.default_format = "json"
    return client

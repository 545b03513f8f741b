from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from structlog.testing import capture_logs

from accounts.domain import Role
from accounts.models import User
from accounts.services import ensure_user
from core.http import counters

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
FORGOT = "/api/v1/auth/password/forgot"


@pytest.fixture(autouse=True)
def limits(settings):
    settings.RATE_LIMITS = True
    settings.REDIS_URL = ""
    rates = {"read": "3/60", "auth": "2/60", "mail": "2/3600", "mail_address": "5/3600"}
    settings.RATES = {**settings.RATES, **rates}
    counters._memory._counts.clear()
    with time_machine.travel("2030-01-01T00:00:10Z", tick=False) as clock:
        yield clock


def read(client, **extra):
    return client.get("/.well-known/jwks.json", **extra)


def test_a_limited_response_says_what_the_limit_is_and_what_is_left(client):
    response = read(client)
    assert response["RateLimit-Policy"] == '"read";q=3;w=60'
    assert response["RateLimit"] == '"read";r=2;t=50'


def test_past_the_limit_is_429_until_the_window_ends(client, limits):
    assert [read(client).status_code for _ in range(4)] == [200, 200, 200, 429]
    response = read(client)
    assert response.json()["code"] == "rate_limited"
    assert response["Retry-After"] == "50"
    assert response["RateLimit"] == '"read";r=0;t=50'
    limits.shift(timedelta(seconds=50))
    assert read(client).status_code == 200


def test_callers_are_counted_apart(client, client_of):
    for _ in range(4):
        read(client)
    assert read(client, REMOTE_ADDR="203.0.113.9").status_code == 200
    ada, bob = client_of(), client_of()
    assert [ada.get("/api/v1/me").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert bob.get("/api/v1/me").status_code == 200


def test_logging_in_has_a_limit_of_its_own(client):
    body = {"email": "a@example.com", "password": "wrong password"}
    statuses = [client.post("/api/v1/auth/token", body).status_code for _ in range(3)]
    assert statuses == [401, 401, 429]
    assert read(client).status_code == 200


@pytest.fixture
def mailed(settings, client, run_jobs):
    """How many emails come of asking for new passwords, `times` from each of some addresses."""
    settings.RATES = {**settings.RATES, "auth": "100/60"}
    ensure_user(email="ada@example.com", password=PASSWORD, role=Role.CUSTOMER)

    def ask(*senders: str, times: int = 1) -> int:
        mail.outbox.clear()
        for sender in senders:
            for spelling in ["ada@example.com", "Ada@example.com", " ada@example.com"][:times]:
                body = {"email": spelling}
                response = client.post(FORGOT, body, REMOTE_ADDR=sender)
                assert response.status_code == 202
        run_jobs()
        return len(mail.outbox)

    return ask


def test_one_sender_gets_few_emails_to_one_address(mailed):
    assert mailed("203.0.113.1", times=3) == 2


def test_a_stranger_does_not_use_up_the_owners_emails(mailed):
    assert mailed("203.0.113.1", times=3) == 2
    assert mailed("203.0.113.2", times=3) == 2


def test_a_stranger_is_all_who_share_a_network_of_ipv6(mailed):
    assert mailed("2001:db8::1", "2001:db8::2", "2001:db8::3") == 2
    assert mailed("2001:db8:0:1::1") == 1


def test_one_address_gets_a_limited_number_of_emails_from_all_senders_together(mailed):
    assert mailed(*(f"203.0.113.{number}" for number in range(9))) == 5


def test_from_an_address_where_they_have_logged_in_the_owner_is_mailed_nevertheless(client, mailed):
    credentials = {"email": "ada@example.com", "password": PASSWORD}
    client.post("/api/v1/auth/token", credentials, REMOTE_ADDR="203.0.113.77")
    assert mailed(*(f"203.0.113.{number}" for number in range(9))) == 5
    assert mailed("203.0.113.78") == 0
    assert mailed("203.0.113.77") == 1


def test_what_an_account_asks_for_counts_for_the_address_that_is_mailed(
    client_of, mailed, run_jobs
):
    stranger = client_of()
    body = {"new_email": "ada@example.com", "password": PASSWORD}
    statuses = [stranger.post("/api/v1/me/email", body).status_code for _ in range(3)]
    assert statuses == [202, 202, 429]
    run_jobs()
    assert mailed("203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.113.4") == 3
    me = client_of(email="ada@example.com")
    responses = [me.post("/api/v1/me/email/verification") for _ in range(3)]
    assert [response.status_code for response in responses] == [429] * 3


def test_mails_that_strangers_asked_for_keep_nobody_from_registering(client, settings, run_jobs):
    settings.RATES = {**settings.RATES, "auth": "100/60"}
    for _ in range(3):
        client.post(FORGOT, {"email": "new@example.com"})
    response = client.post(
        "/api/v1/auth/register", {"email": "new@example.com", "password": "correct horse battery"}
    )
    assert response.status_code == 201
    assert User.objects.filter(email="new@example.com").exists()
    run_jobs()
    assert mail.outbox == []


def test_credentials_that_are_refused_count_for_the_address(client):
    forged = [{"Authorization": f"Bearer cck_{number}"} for number in range(5)]
    responses = [client.get("/api/v1/orders", headers=headers) for headers in forged]
    assert [response.status_code for response in responses] == [401, 401, 401, 429, 429]
    assert responses[0]["RateLimit"] == '"read";r=2;t=50'
    assert client.get("/api/v1/orders", REMOTE_ADDR="203.0.113.9").status_code == 401


def test_what_a_role_forbids_counts_too(client_of):
    ada = client_of()
    assert [ada.get("/api/v1/api-keys").status_code for _ in range(4)] == [403, 403, 403, 429]


def test_limits_can_be_switched_off(client, settings):
    settings.RATE_LIMITS = False
    assert [read(client).status_code for _ in range(6)] == [200] * 6
    assert "RateLimit" not in read(client)


@pytest.fixture
def redis_away(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    counters._redis.cache_clear()
    yield
    counters._redis.cache_clear()


def test_with_redis_away_every_limit_holds_and_it_is_told_once(client, redis_away):
    with capture_logs() as logs:
        assert [read(client).status_code for _ in range(4)] == [200, 200, 200, 429]
    (warning,) = [entry for entry in logs if entry["event"] == "redis_away"]
    assert warning["log_level"] == "warning"
    assert client.get("/readyz").json()["checks"]["redis"] == "unavailable"
    assert 'congocart_redis_up{used_for="rate_limits"} 0.0' in client.get("/metrics").text


def test_with_redis_away_logging_in_is_counted_by_the_database(client, redis_away):
    body = {"email": "a@example.com", "password": "wrong password"}
    for _ in range(3):
        response = client.post("/api/v1/auth/token", body)
        counters._memory._counts.clear()  # what another process would not know of
    assert response.status_code == 429


def test_reading_costs_no_statement(client, assert_statements):
    with assert_statements(0):
        read(client)

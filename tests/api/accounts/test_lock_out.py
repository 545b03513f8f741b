from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from accounts.domain import Role
from accounts.models import LoginFailures, RefreshSession, User
from accounts.services import ensure_user, lockout
from accounts.tasks import purge

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
NEW_PASSWORD = "staple hinge lantern"
EMAIL = "ada@example.com"
HOME = "198.51.100.7"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(timezone.now(), tick=False) as frozen:
        yield frozen


@pytest.fixture
def ada() -> User:
    return ensure_user(email=EMAIL, password=PASSWORD, role=Role.CUSTOMER)


def log_in(client, password=PASSWORD, address=HOME, email=EMAIL):
    body = {"email": email, "password": password}
    return client.post("/api/v1/auth/token", body, REMOTE_ADDR=address)


def fail(client, times, address=HOME, email=EMAIL):
    return [log_in(client, "wrong", address, email).status_code for _ in range(times)]


def test_after_five_failures_the_next_attempt_has_to_wait_even_with_the_right_password(client, ada):
    assert fail(client, 5) == [401] * 5
    response = log_in(client)
    assert response.status_code == 429
    assert response.json()["code"] == "too_many_attempts"
    assert response["Retry-After"] == "5"


def test_the_wait_doubles_up_to_fifteen_minutes_and_a_success_ends_it(client, ada, clock):
    fail(client, 5)
    waits = []
    for _ in range(9):
        waits.append(int(log_in(client)["Retry-After"]))
        clock.shift(timedelta(seconds=waits[-1]))
        assert fail(client, 1) == [401]
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 900]
    clock.shift(timedelta(minutes=15))
    assert log_in(client).status_code == 200
    assert fail(client, 5) == [401] * 5


def test_waiting_is_not_made_longer_by_trying_meanwhile(client, ada, clock):
    fail(client, 5)
    for _ in range(20):
        assert log_in(client, "wrong").status_code == 429
    clock.shift(timedelta(seconds=5))
    assert log_in(client).status_code == 200


def test_an_unknown_account_is_locked_out_the_same_way(client, ada):
    known = [*fail(client, 6)]
    unknown = [*fail(client, 6, email="nobody@example.com", address="198.51.100.8")]
    assert known == unknown == [401] * 5 + [429]


def test_a_stranger_does_not_lock_a_customer_out_at_home(client, ada):
    log_in(client)
    for number in range(lockout.FREE_PER_ACCOUNT + 10):
        fail(client, 1, address=f"203.0.113.{number}")
    assert log_in(client, address="203.0.113.250").status_code == 429
    assert log_in(client).status_code == 200


def test_a_success_at_home_ends_the_wait_of_the_account_everywhere(client, ada):
    log_in(client)
    for number in range(lockout.FREE_PER_ACCOUNT + 1):
        fail(client, 1, address=f"203.0.113.{number}")
    log_in(client)
    assert log_in(client, address="203.0.113.250").status_code == 200


def reset(client, run_jobs, address):
    client.post("/api/v1/auth/password/forgot", {"email": EMAIL})
    run_jobs()
    token = re.search(r"token=(\S+)", mail.outbox[-1].body)[1]
    body = {"token": token, "password": NEW_PASSWORD}
    response = client.post("/api/v1/auth/password/reset", body, REMOTE_ADDR=address)
    assert response.status_code == 204


def keep_locked_out(client, clock):
    """As long as a stranger likes."""
    for number in range(lockout.FREE_PER_ACCOUNT):
        fail(client, 1, address=f"203.0.113.{number}")
    for _ in range(12):
        clock.shift(timedelta(minutes=15))
        assert fail(client, 1, address="203.0.113.250") == [401]


def test_a_reset_by_mail_lets_the_owner_in_whatever_strangers_do(client, ada, clock, run_jobs):
    keep_locked_out(client, clock)
    assert log_in(client).status_code == 429
    reset(client, run_jobs, HOME)
    assert log_in(client, NEW_PASSWORD, address="198.51.100.99").status_code == 200
    for number in range(lockout.FREE_PER_ACCOUNT + 1):
        fail(client, 1, address=f"203.0.112.{number}")
    assert log_in(client, NEW_PASSWORD, address="198.51.100.98").status_code == 429
    assert log_in(client, NEW_PASSWORD).status_code == 200


def test_a_reset_by_mail_ends_the_wait_for_ones_own_wrong_passwords(client, ada, run_jobs):
    assert fail(client, 6) == [401] * 5 + [429]
    reset(client, run_jobs, HOME)
    assert log_in(client, NEW_PASSWORD).status_code == 200


def test_a_reset_of_one_account_is_no_pardon_for_guessing_others(client, ada, run_jobs):
    for number in range(lockout.FREE_PER_ADDRESS):
        log_in(client, "wrong", email=f"user{number}@example.com")
    reset(client, run_jobs, HOME)
    assert log_in(client, "wrong", email="another@example.com").status_code == 429


def test_a_reset_logs_nobody_in(client, ada, run_jobs):
    reset(client, run_jobs, HOME)
    assert not RefreshSession.objects.filter(revoked_at=None).exists()


def test_brute_force_from_many_addresses_is_slowed_down(client, ada, clock):
    """A day of guessing from a new address each time gets fewer than two hundred guesses."""
    guesses = 0
    until = timezone.now() + timedelta(days=1)
    for number in range(2_000):
        if timezone.now() >= until:
            break
        address = f"2001:db8:{number:x}::1"
        response = log_in(client, "wrong", address)
        if response.status_code == 429:
            clock.shift(timedelta(seconds=int(response["Retry-After"])))
        else:
            guesses += 1
    assert timezone.now() >= until
    assert guesses < 200


def test_one_address_guessing_one_password_for_many_accounts_is_slowed_down(client):
    statuses = [
        log_in(client, "wrong", email=f"user{number}@example.com").status_code
        for number in range(lockout.FREE_PER_ADDRESS + 5)
    ]
    assert statuses == [401] * lockout.FREE_PER_ADDRESS + [429] * 5


def test_addresses_in_one_ipv6_network_are_one_address(client, ada):
    for number in range(5):
        fail(client, 1, address=f"2001:db8::{number + 1}")
    assert log_in(client, address="2001:db8::ffff").status_code == 429


def test_a_forwarded_address_counts_only_behind_a_trusted_proxy(client, ada, settings):
    def attempt(forwarded):
        headers = {"X-Forwarded-For": forwarded}
        body = {"email": EMAIL, "password": "wrong"}
        return client.post("/api/v1/auth/token", body, headers=headers).status_code

    assert [attempt(f"203.0.113.{n}") for n in range(6)][-1] == 429
    settings.TRUSTED_PROXIES = 1
    assert attempt("203.0.113.77") == 401
    assert [attempt(f"10.0.0.{n}, 203.0.113.99") for n in range(6)][-1] == 429


def test_the_table_does_not_tell_who_has_an_account(client, ada):
    fail(client, 3)
    assert EMAIL not in str(list(LoginFailures.objects.values_list()))
    assert HOME not in str(list(LoginFailures.objects.values_list()))


def test_confirming_the_password_is_slowed_down_too(client_of):
    me = client_of()
    body = {"current_password": "wrong", "password": "staple hinge lantern"}
    statuses = [me.post("/api/v1/auth/password/change", body).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]


def test_the_admin_shares_the_lock_out(client):
    ensure_user(email=EMAIL, password=PASSWORD, role=Role.MANAGER)
    fail(client, 5)
    form = {"username": EMAIL, "password": PASSWORD}
    page = client.post("/admin/login/", form, format="multipart", REMOTE_ADDR=HOME)
    assert page.status_code == 200
    assert "sessionid" not in page.cookies
    elsewhere = client.post("/admin/login/", form, format="multipart", REMOTE_ADDR="203.0.113.1")
    assert elsewhere.status_code == 302


def test_failures_are_forgotten(client, ada, clock):
    fail(client, 5)
    clock.shift(timedelta(hours=13))
    assert fail(client, 5) == [401] * 5
    clock.shift(timedelta(hours=13))
    purge.func(timestamp=0)
    assert not LoginFailures.objects.exists()


def test_a_login_without_failures_before_costs_one_statement_more(client, ada, assert_statements):
    with assert_statements(5):
        log_in(client)

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import BoundedSemaphore
from time import monotonic

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import hashers
from accounts.domain import Device, PasswordChecksBusy, Role
from accounts.models import User
from accounts.services import ensure_user, log_in
from catalog.models import Product
from tests.shop import stock_variants

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
EMAIL = "ada@example.com"
OWASP = "argon2$argon2id$v=19$m=19456,t=2,p=1$"


@pytest.fixture(autouse=True)
def real_hash(settings):
    settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS[1:]  # Those that the server has too.


@pytest.fixture
def ada() -> User:
    return ensure_user(email=EMAIL, password=PASSWORD, role=Role.CUSTOMER)


@pytest.fixture
def busy():
    """As many threads as may hash at once do so, until it is closed."""
    with ExitStack() as turns:
        for _ in range(hashers._HALF):
            turns.enter_context(hashers._turn())
        yield turns


def token(client, email=EMAIL, password=PASSWORD):
    return client.post("/api/v1/auth/token", {"email": email, "password": password})


def test_passwords_are_hashed_as_owasp_advises(ada):
    assert ada.password.startswith(OWASP)


def test_half_of_the_threads_hash_and_one_is_left_to_everything_else():
    assert (hashers._slots._initial_value, hashers._waiting._initial_value) == (2, 1)


def test_a_login_makes_a_weaker_or_stronger_hash_as_strong_as_new_ones_are(ada, client):
    former = make_password(PASSWORD, hasher=Argon2PasswordHasher())
    User.objects.update(password=former)
    assert token(client, password="wrong password").status_code == 401
    assert User.objects.get().password == former
    assert token(client).status_code == 200
    upgraded = User.objects.get().password
    assert upgraded.startswith(OWASP)
    assert token(client).status_code == 200
    assert User.objects.get().password == upgraded


def test_a_login_that_finds_no_turn_to_hash_is_told_to_come_back_and_others_are_served(
    ada, client, busy
):
    stock_variants()
    product = f"/api/v1/products/{Product.objects.get().slug}"
    for refused in (token(client), token(client, "nobody@example.com")):
        assert refused.status_code == 429
        assert refused.json()["code"] == "rate_limited"
        assert refused["Retry-After"] == "1"
        assert client.get(product).status_code == 200
    busy.close()
    assert token(client).status_code == 200


def test_who_cannot_be_checked_now_has_not_failed(ada, client, busy):
    for _ in range(8):
        assert token(client).json()["code"] == "rate_limited"
    busy.close()
    assert token(client).status_code == 200


def test_everything_that_takes_a_password_waits_its_turn(client, client_of, run_jobs):
    me = client_of(email=EMAIL)
    client.post("/api/v1/auth/password/forgot", {"email": EMAIL})
    run_jobs()
    link = re.search(r"\?token=(\S+)", mail.outbox[0].body)[1]
    new, old = {"password": "staple hinge lantern"}, {"password": PASSWORD}
    requests = {
        "auth/register": {"email": "new@example.com", **new},
        "auth/password/reset": {"token": link, **new},
        "auth/password/change": {"current_password": PASSWORD, **new},
        "me/email": {"new_email": "new@example.com", **old},
        "me/mfa": old,
    }
    before = list(User.objects.values_list("password", "email"))
    with hashers._turn(), hashers._turn():
        refused = [me.post(f"/api/v1/{path}", body) for path, body in requests.items()]
        refused.append(me.delete("/api/v1/me", old))
    assert {response.status_code for response in refused} == {429}
    assert list(User.objects.values_list("password", "email")) == before


def test_the_admin_says_that_it_is_busy(ada, busy):
    form = {"username": EMAIL, "password": PASSWORD}
    page = Client().post("/admin/login/", form)
    assert page.status_code == 200
    assert "Too many passwords are being checked" in page.content.decode()


def test_a_page_of_the_admin_that_hashes_is_busy_too_and_not_broken():
    browser = Client()
    browser.force_login(ensure_user(email=EMAIL, password=PASSWORD, role=Role.ADMIN))
    other = ensure_user(email="new@example.com", password=PASSWORD, role=Role.SUPPORT)
    new = {"password1": "four other words", "password2": "four other words"}
    with hashers._turn(), hashers._turn():
        refused = browser.post(f"/admin/accounts/user/{other.pk}/password/", new)
    assert (refused.status_code, refused["Retry-After"]) == (429, "1")
    assert User.objects.get(pk=other.pk).password == other.password


def test_at_most_one_more_waits_and_only_briefly(busy):
    with ThreadPoolExecutor(4) as threads:
        began = monotonic()
        asked = [threads.submit(make_password, PASSWORD) for _ in range(4)]
        refused = [type(each.exception()) for each in asked]
    assert refused == [PasswordChecksBusy] * 4
    assert monotonic() - began < 2


def test_a_turn_that_comes_in_time_is_waited_for(monkeypatch, ada):
    monkeypatch.setattr(hashers, "_slots", BoundedSemaphore(1))
    monkeypatch.setattr(hashers, "_waiting", BoundedSemaphore(1))
    monkeypatch.setattr(hashers, "WAIT_SECONDS", 10)
    with ThreadPoolExecutor(2) as threads:
        asked = [threads.submit(make_password, PASSWORD) for _ in range(2)]
        assert all(each.result().startswith(OWASP) for each in asked)
    pair = log_in(email=EMAIL, password=PASSWORD, device=Device(), now=timezone.now())
    assert pair.access

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.domain import Role
from accounts.models import RefreshSession, User
from accounts.services import ensure_user

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
NEW_PASSWORD = "staple hinge lantern"
EMAIL = "ada@example.com"


@pytest.fixture
def ada() -> User:
    return ensure_user(email=EMAIL, password=PASSWORD, role=Role.CUSTOMER)


@pytest.fixture
def me(client_of):
    return client_of(email=EMAIL)


def token_in(message) -> str:
    return re.search(r"\?token=(\S+)", message.body)[1]


def log_in(client, password=PASSWORD, email=EMAIL):
    return client.post("/api/v1/auth/token", {"email": email, "password": password})


def register(client, email=EMAIL):
    return client.post("/api/v1/auth/register", {"email": email, "password": PASSWORD})


def test_registering_mails_a_link_that_verifies_the_address_once(client, run_jobs):
    register(client)
    run_jobs()
    (message,) = mail.outbox
    assert message.to == [EMAIL]
    assert message.alternatives[0].mimetype == "text/html"
    token = token_in(message)
    assert token in message.alternatives[0].content
    assert client.post("/api/v1/auth/email/verify", {"token": token}).status_code == 204
    assert User.objects.get().email_verified_at is not None
    again = client.post("/api/v1/auth/email/verify", {"token": token})
    assert again.status_code == 400
    assert again.json()["code"] == "link_invalid"


def test_registering_a_taken_address_mails_its_owner_instead(client, ada, run_jobs):
    register(client)
    run_jobs()
    (message,) = mail.outbox
    assert message.to == [EMAIL]
    assert message.subject == "You already have an account at CongoCart"
    assert "token" not in message.body


def test_a_job_holds_nothing_personal_and_no_secret(client, ada):
    register(client)
    client.post("/api/v1/auth/password/forgot", {"email": EMAIL})
    for job in ProcrastinateJob.objects.all():
        assert set(job.args) <= {"owner_id", "registered_id", "user_id"}
        assert "@" not in str(job.args)


def test_login_waits_for_the_verified_address_where_the_shop_wants_it(client, ada, settings):
    settings.REQUIRE_VERIFIED_EMAIL = True
    assert log_in(client).status_code == 401
    User.objects.update(email_verified_at=timezone.now())
    assert log_in(client).status_code == 200


def test_registering_and_then_logging_in_does_not_tell_whether_the_address_was_taken(
    client, ada, settings, assert_statements
):
    settings.REQUIRE_VERIFIED_EMAIL = True
    User.objects.update(email_verified_at=timezone.now())
    seen = []
    for email in (EMAIL, "new@example.com"):
        client.post("/api/v1/auth/register", {"email": email, "password": NEW_PASSWORD})
        with assert_statements(3):
            response = log_in(client, NEW_PASSWORD, email)
        body = {**response.json(), "request_id": ""}
        seen.append((response.status_code, response.headers.keys(), body))
    assert seen[0] == seen[1]
    assert seen[0][0] == 401


def test_who_never_had_the_verifying_link_gets_in_by_a_new_password(
    client, ada, settings, run_jobs
):
    settings.REQUIRE_VERIFIED_EMAIL = True
    client.post("/api/v1/auth/password/forgot", {"email": EMAIL})
    run_jobs()
    body = {"token": token_in(mail.outbox[0]), "password": NEW_PASSWORD}
    client.post("/api/v1/auth/password/reset", body)
    assert log_in(client, NEW_PASSWORD).status_code == 200


def test_the_verifying_link_can_be_had_again_until_it_was_used(me, client, run_jobs):
    assert me.post("/api/v1/me/email/verification").status_code == 202
    run_jobs()
    client.post("/api/v1/auth/email/verify", {"token": token_in(mail.outbox[0])})
    me.post("/api/v1/me/email/verification")
    run_jobs()
    assert len(mail.outbox) == 1


def test_a_forgotten_password_is_reset_by_a_mailed_link_once(client, me, run_jobs):
    assert client.post("/api/v1/auth/password/forgot", {"email": "ADA@example.com"}).content == b""
    run_jobs()
    token = token_in(mail.outbox[0])
    body = {"token": token, "password": NEW_PASSWORD}
    assert client.post("/api/v1/auth/password/reset", body).status_code == 204
    assert log_in(client).status_code == 401
    assert log_in(client, NEW_PASSWORD).status_code == 200
    assert client.post("/api/v1/auth/password/reset", body).json()["code"] == "link_invalid"
    run_jobs()
    assert mail.outbox[1].subject == "Your password at CongoCart was changed"


def test_a_reset_ends_every_session_and_verifies_the_address(client, me, run_jobs):
    client.post("/api/v1/auth/password/forgot", {"email": EMAIL})
    run_jobs()
    body = {"token": token_in(mail.outbox[0]), "password": NEW_PASSWORD}
    client.post("/api/v1/auth/password/reset", body)
    assert not RefreshSession.objects.filter(revoked_at=None).exists()
    assert User.objects.get().email_verified_at is not None


def test_a_weak_new_password_leaves_the_link_good(client, ada, run_jobs):
    client.post("/api/v1/auth/password/forgot", {"email": EMAIL})
    run_jobs()
    token = token_in(mail.outbox[0])
    weak = client.post("/api/v1/auth/password/reset", {"token": token, "password": "password"})
    assert weak.json()["code"] == "weak_password"
    good = client.post("/api/v1/auth/password/reset", {"token": token, "password": NEW_PASSWORD})
    assert good.status_code == 204


def test_a_reset_link_expires_after_an_hour(client, ada, run_jobs):
    client.post("/api/v1/auth/password/forgot", {"email": EMAIL})
    run_jobs()
    body = {"token": token_in(mail.outbox[0]), "password": NEW_PASSWORD}
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        response = client.post("/api/v1/auth/password/reset", body)
    assert response.json()["code"] == "link_invalid"


def test_a_link_for_one_purpose_is_no_good_for_another(client, ada, run_jobs):
    ensure_user(email="b@example.com", password=PASSWORD, role=Role.CUSTOMER)
    register(client, "new@example.com")
    run_jobs()
    token = token_in(mail.outbox[0])
    body = {"token": token, "password": NEW_PASSWORD}
    assert client.post("/api/v1/auth/password/reset", body).json()["code"] == "link_invalid"


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "🎩", "x" * 501, "WyJhIl0:1:2"])
def test_a_made_up_link_is_refused(client, token):
    for path in ("email/verify", "email/change"):
        response = client.post(f"/api/v1/auth/{path}", {"token": token})
        assert response.status_code == 400


def test_forgetting_an_unknown_address_looks_the_same_and_mails_nobody(client, ada, run_jobs):
    known = client.post("/api/v1/auth/password/forgot", {"email": EMAIL})
    unknown = client.post("/api/v1/auth/password/forgot", {"email": "nobody@example.com"})
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert known.headers.keys() == unknown.headers.keys()
    run_jobs()
    assert [message.to for message in mail.outbox] == [[EMAIL]]


def test_forgetting_takes_the_same_statements_known_or_not(client, ada, assert_statements):
    for email in (EMAIL, "nobody@example.com"):
        with assert_statements(2):
            client.post("/api/v1/auth/password/forgot", {"email": email})


def test_a_changed_password_revokes_every_refresh_token_of_the_user(client, me):
    other = log_in(client).json()["refresh"]
    body = {"current_password": PASSWORD, "password": NEW_PASSWORD}
    assert me.post("/api/v1/auth/password/change", body).status_code == 204
    response = client.post("/api/v1/auth/token/refresh", {"refresh": other})
    assert response.json()["code"] == "token_revoked"
    assert log_in(client, NEW_PASSWORD).status_code == 200


def test_the_old_password_is_asked_for(me, client):
    body = {"current_password": "wrong", "password": NEW_PASSWORD}
    response = me.post("/api/v1/auth/password/change", body)
    assert response.status_code == 401
    assert response.json()["code"] == "invalid_credentials"
    assert log_in(client).status_code == 200


def start_email_change(me, run_jobs, new_email="lovelace@example.com"):
    body = {"new_email": new_email, "password": PASSWORD}
    assert me.post("/api/v1/me/email", body).status_code == 202
    run_jobs()
    return {message.to[0]: token_in(message) for message in mail.outbox}


def confirm(client, token):
    return client.post("/api/v1/auth/email/change", {"token": token})


@pytest.mark.parametrize("order", [1, -1])
def test_an_address_changes_once_both_have_confirmed(client, me, run_jobs, order):
    tokens = start_email_change(me, run_jobs)
    assert set(tokens) == {EMAIL, "lovelace@example.com"}
    first, second = list(tokens.values())[::order]
    assert confirm(client, first).json() == {"complete": False}
    assert User.objects.get().email == EMAIL
    assert confirm(client, first).json()["code"] == "link_invalid"
    assert confirm(client, second).json() == {"complete": True}
    assert User.objects.get().email == "lovelace@example.com"
    assert User.objects.get().email_verified_at is not None


def test_a_taken_new_address_is_told_only_to_who_reads_it(client, me, run_jobs):
    ensure_user(email="lovelace@example.com", password=PASSWORD, role=Role.CUSTOMER)
    tokens = start_email_change(me, run_jobs)
    assert confirm(client, tokens[EMAIL]).json() == {"complete": False}
    response = confirm(client, tokens["lovelace@example.com"])
    assert response.status_code == 409
    assert response.json()["code"] == "email_taken"
    assert User.objects.filter(email=EMAIL).exists()


def test_a_second_change_replaces_the_first(client, me, run_jobs):
    first = start_email_change(me, run_jobs)
    mail.outbox.clear()
    start_email_change(me, run_jobs, "countess@example.com")
    assert confirm(client, first["lovelace@example.com"]).json()["code"] == "link_invalid"


def test_the_address_of_a_closed_account_does_not_change(client, me, run_jobs):
    tokens = start_email_change(me, run_jobs)
    assert confirm(client, tokens[EMAIL]).json() == {"complete": False}
    User.objects.update(is_active=False)
    response = confirm(client, tokens["lovelace@example.com"])
    assert (response.status_code, response.json()["code"]) == (400, "link_invalid")
    assert User.objects.get().email == EMAIL


def test_a_closed_account_is_mailed_no_links(me, run_jobs):
    body = {"new_email": "lovelace@example.com", "password": PASSWORD}
    assert me.post("/api/v1/me/email", body).status_code == 202
    User.objects.update(is_active=False)
    run_jobs()
    assert mail.outbox == []


def test_changing_the_address_asks_for_the_password(me):
    body = {"new_email": "x@example.com", "password": "wrong"}
    assert me.post("/api/v1/me/email", body).status_code == 401

"""What another person could have prepared for an address that was never proved."""

from __future__ import annotations

import re
from base64 import b32decode

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import (
    EmailChange,
    RecoveryCode,
    RefreshSession,
    SavedAddress,
    TotpDevice,
    User,
)
from accounts.services.totp import STEP_SECONDS, code_of
from tests.shop import ADDRESS

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
NEW_PASSWORD = "staple hinge lantern"
EMAIL = "ada@example.com"


def token_in(message) -> str:
    return re.search(r"\?token=(\S+)", message.body)[1]


def log_in(client, password=PASSWORD):
    return client.post("/api/v1/auth/token", {"email": EMAIL, "password": password})


@pytest.fixture
def poisoned(client_of, run_jobs):
    """An account that a stranger has opened with an address that is not theirs, and MFA."""
    stranger = client_of(email=EMAIL)
    stranger.post("/api/v1/me/addresses", {**ADDRESS, "default_shipping": True})
    stranger.post("/api/v1/me/email", {"new_email": "x@example.com", "password": PASSWORD})
    secret = stranger.post("/api/v1/me/mfa", {"password": PASSWORD}).json()["secret"]
    code = code_of(b32decode(secret), int(timezone.now().timestamp()) // STEP_SECONDS)
    assert stranger.post("/api/v1/me/mfa/confirm", {"code": code}).status_code == 200
    run_jobs()
    mail.outbox.clear()
    return stranger


def reset(client, run_jobs):
    client.post("/api/v1/auth/password/forgot", {"email": EMAIL})
    run_jobs()
    body = {"token": token_in(mail.outbox[-1]), "password": NEW_PASSWORD}
    assert client.post("/api/v1/auth/password/reset", body).status_code == 204
    run_jobs()


def test_a_second_factor_from_before_the_first_proof_does_not_survive_a_reset(
    client, poisoned, run_jobs
):
    reset(client, run_jobs)
    access = log_in(client, NEW_PASSWORD).json()["access"]
    assert not RecoveryCode.objects.exists()
    assert not EmailChange.objects.exists()
    assert RefreshSession.objects.filter(revoked_at=None).count() == 1
    subjects = [message.subject for message in mail.outbox[1:]]
    assert "Two-factor authentication was turned off at CongoCart" in subjects
    headers = {"Authorization": f"Bearer {access}"}
    (saved,) = client.get("/api/v1/me/addresses", headers=headers).json()["results"]
    assert (saved["default_shipping"], saved["default_billing"]) == (False, False)


def test_a_second_factor_from_before_the_first_proof_does_not_survive_the_verifying_link(
    client, poisoned, run_jobs
):
    poisoned.post("/api/v1/me/email/verification")
    run_jobs()
    link = {"token": token_in(mail.outbox[0])}
    assert client.post("/api/v1/auth/email/verify", link).status_code == 204
    assert not RefreshSession.objects.filter(revoked_at=None).exists()
    assert log_in(client).status_code == 200


def test_a_second_factor_that_was_only_begun_does_not_survive_either(client, client_of, run_jobs):
    client_of(email=EMAIL).post("/api/v1/me/mfa", {"password": PASSWORD})
    reset(client, run_jobs)
    assert not TotpDevice.objects.exists()
    assert mail.outbox[-1].subject == "Your password at CongoCart was changed"


def test_verifying_an_address_ends_no_session_where_no_second_factor_was_set_up(client, run_jobs):
    client.post("/api/v1/auth/register", {"email": EMAIL, "password": PASSWORD})
    run_jobs()
    pair = log_in(client).json()
    client.post("/api/v1/auth/email/verify", {"token": token_in(mail.outbox[0])})
    refreshed = client.post("/api/v1/auth/token/refresh", {"refresh": pair["refresh"]})
    assert refreshed.status_code == 200


def test_a_second_factor_from_after_the_proof_survives_a_reset(client, poisoned, run_jobs):
    User.objects.update(email_verified_at=timezone.now())
    reset(client, run_jobs)
    assert log_in(client, NEW_PASSWORD).json()["code"] == "mfa_required"
    assert SavedAddress.objects.get().default_shipping


def test_a_mailbox_alone_does_not_turn_off_the_second_factor_of_staff(client, poisoned, run_jobs):
    User.objects.update(is_staff=True)
    reset(client, run_jobs)
    assert log_in(client, NEW_PASSWORD).json()["code"] == "mfa_required"


def test_a_second_factor_begun_with_the_former_password_cannot_be_confirmed_after_a_reset(
    client, client_of, run_jobs
):
    thief = client_of(email=EMAIL)
    User.objects.update(email_verified_at=timezone.now())
    secret = thief.post("/api/v1/me/mfa", {"password": PASSWORD}).json()["secret"]
    reset(client, run_jobs)
    code = code_of(b32decode(secret), int(timezone.now().timestamp()) // STEP_SECONDS)
    late = thief.post("/api/v1/me/mfa/confirm", {"code": code})
    assert (late.status_code, late.json()["code"]) == (409, "mfa_not_started")
    assert log_in(client, NEW_PASSWORD).status_code == 200

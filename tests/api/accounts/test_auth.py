from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import jwt
import pytest
import time_machine
from django.utils import timezone

from accounts.domain import ACCESS_LIFETIME, Device, Role
from accounts.models import RefreshSession, User
from accounts.services import ensure_user, log_in

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
EMAIL = "ada@example.com"


@pytest.fixture
def ada() -> User:
    return ensure_user(email=EMAIL, password=PASSWORD, role=Role.CUSTOMER)


def token(client, **body):
    return client.post("/api/v1/auth/token", {"email": EMAIL, "password": PASSWORD, **body})


def refresh(client, refresh, **headers):
    return client.post("/api/v1/auth/token/refresh", {"refresh": refresh}, headers=headers)


def jti_of(token):
    return jwt.decode(token, options={"verify_signature": False})["jti"]


def test_registering_opens_an_account_that_can_log_in_at_once(client):
    response = client.post(
        "/api/v1/auth/register",
        {"email": "Ada@Example.com", "password": PASSWORD, "first_name": "Ada"},
    )
    assert response.status_code == 201
    body = response.json()
    assert UUID(body["id"]) == User.objects.get(email=EMAIL).pk
    assert body.keys() == {
        "id", "email", "first_name", "last_name", "language", "email_verified", "roles",
        "created_at",
    }  # fmt: skip
    assert body["email"] == EMAIL
    assert body["roles"] == ["customer"]
    assert token(client).status_code == 200


def test_registering_a_taken_address_looks_the_same_and_changes_nothing(client, ada):
    fresh = client.post("/api/v1/auth/register", {"email": "new@example.com", "password": PASSWORD})
    taken = client.post("/api/v1/auth/register", {"email": EMAIL, "password": "another secret 1"})
    assert taken.status_code == fresh.status_code == 201
    assert taken.json().keys() == fresh.json().keys()
    assert taken.json()["id"] != str(ada.pk)
    assert taken.headers.keys() == fresh.headers.keys()
    assert User.objects.filter(email=EMAIL).count() == 1
    assert token(client).status_code == 200
    assert token(client, password="another secret 1").status_code == 401


def test_registering_takes_the_same_statements_whether_or_not_the_address_is_taken(
    client, ada, assert_statements
):
    for email in (EMAIL, "new@example.com"):
        with assert_statements(3):
            client.post("/api/v1/auth/register", {"email": email, "password": PASSWORD})


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password_too_short"),
        ("password123", "password_too_common"),
        ("ada@example.com", "password_too_similar"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(client, password, code):
    response = client.post("/api/v1/auth/register", {"email": EMAIL, "password": password})
    assert response.status_code == 400
    assert response.json()["code"] == "weak_password"
    assert code in [error["code"] for error in response.json()["errors"]]
    assert {error["pointer"] for error in response.json()["errors"]} == {"/password"}


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"password": PASSWORD}, "/email", "required"),
        ({"email": "ada", "password": PASSWORD}, "/email", "invalid"),
        ({"email": 5, "password": PASSWORD}, "/email", "invalid"),
        ({"email": EMAIL, "password": 12345678}, "/password", "invalid"),
        ({"email": EMAIL, "password": "x" * 257}, "/password", "max_length"),
        ({"email": EMAIL, "password": "a\0bcdefghij"}, "/password", "null_characters_not_allowed"),
        ({"email": EMAIL, "password": PASSWORD, "admin": True}, "/admin", "unknown_field"),
        (
            {"email": EMAIL, "password": PASSWORD, "first_name": "x" * 101},
            "/first_name",
            "max_length",
        ),
    ],
)
def test_a_malformed_registration_is_refused_and_makes_nothing(client, body, pointer, code):
    response = client.post("/api/v1/auth/register", body)
    assert response.status_code == 400
    assert (pointer, code) in [(e["pointer"], e["code"]) for e in response.json()["errors"]]
    assert not User.objects.exists()


def test_a_password_typed_in_another_unicode_form_is_the_same_password(client):
    composed, decomposed = "pässwörter sind schön", "pa\u0308sswo\u0308rter sind scho\u0308n"
    client.post("/api/v1/auth/register", {"email": EMAIL, "password": composed})
    assert token(client, password=decomposed).status_code == 200


def test_a_token_says_who_and_what_and_for_whom(client, ada):
    response = token(client, email="ADA@example.com")
    assert response.status_code == 200
    assert response.json().keys() == {"access", "refresh"}
    assert response["Cache-Control"] == "no-store"
    access = response.json()["access"]
    assert jwt.get_unverified_header(access)["alg"] == "ES256"
    assert jwt.get_unverified_header(access)["typ"] == "at+jwt"
    claims = jwt.decode(access, options={"verify_signature": False})
    assert claims["sub"] == str(ada.pk)
    assert claims["roles"] == ["customer"]
    assert claims["iss"] == "congocart"
    assert claims["aud"] == "congocart-api"
    assert claims["exp"] - claims["iat"] == 600


def test_roles_are_in_the_token(client):
    ensure_user(email=EMAIL, password=PASSWORD, role=Role.MANAGER)
    claims = jwt.decode(token(client).json()["access"], options={"verify_signature": False})
    assert claims["roles"] == ["customer", "manager"]


@pytest.mark.parametrize(
    "body", [{"password": "wrong password"}, {"email": "nobody@example.com"}, {"password": ""}]
)
def test_wrong_and_unknown_are_told_the_same(client, ada, body):
    response = token(client, **body)
    if body.get("password") == "":
        assert response.status_code == 400
        return
    assert response.status_code == 401
    assert response.json()["code"] == "invalid_credentials"
    assert response.json()["detail"] == "E-mail address or password is wrong."
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_an_inactive_user_cannot_log_in(client, ada):
    User.objects.update(is_active=False)
    assert token(client).json()["code"] == "invalid_credentials"


def test_a_refresh_spends_the_token_and_gives_the_next_pair(client, ada):
    first = token(client).json()
    second = refresh(client, first["refresh"])
    assert second.status_code == 200
    assert second.json()["refresh"] != first["refresh"]
    third = refresh(client, second.json()["refresh"])
    assert third.status_code == 200


def test_a_spent_refresh_token_revokes_its_family(client, ada, settings):
    settings.REFRESH_REUSE = timedelta(0)
    first = token(client).json()
    second = refresh(client, first["refresh"]).json()
    reused = refresh(client, first["refresh"])
    assert reused.status_code == 401
    assert reused.json()["code"] == "token_reused"
    assert 'error="invalid_token"' in reused["WWW-Authenticate"]
    revoked = refresh(client, second["refresh"])
    assert revoked.status_code == 401
    assert revoked.json()["code"] == "token_revoked"


def test_the_token_spent_last_gets_its_successor_again_for_ten_seconds(client, ada):
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        first = token(client).json()["refresh"]
        second = refresh(client, first).json()
    with time_machine.travel(now + timedelta(seconds=9), tick=False):
        repeated = refresh(client, first)
        assert repeated.status_code == 200
        assert jti_of(repeated.json()["refresh"]) == jti_of(second["refresh"])
    with time_machine.travel(now + timedelta(seconds=11), tick=False):
        assert refresh(client, first).json()["code"] == "token_reused"
        assert refresh(client, second["refresh"]).json()["code"] == "token_revoked"


def test_either_tab_goes_on_with_the_one_session(client, ada):
    first = token(client).json()["refresh"]
    one, other = (refresh(client, first).json()["refresh"] for _ in range(2))
    third = refresh(client, other).json()["refresh"]
    assert jti_of(refresh(client, one).json()["refresh"]) == jti_of(third)
    assert RefreshSession.objects.filter(revoked_at=None).count() == 1
    assert refresh(client, third).status_code == 200


def test_a_token_older_than_the_one_spent_last_revokes_its_family(client, ada):
    first = token(client).json()["refresh"]
    second = refresh(client, first).json()["refresh"]
    third = refresh(client, second).json()["refresh"]
    assert refresh(client, first).json()["code"] == "token_reused"
    assert refresh(client, third).json()["code"] == "token_revoked"


def test_a_lost_answer_is_had_again_with_the_same_idempotency_key(client, ada):
    first = token(client).json()["refresh"]
    responses = [refresh(client, first, **{"Idempotency-Key": "retry"}) for _ in range(2)]
    assert [response.status_code for response in responses] == [200, 200]
    assert responses[0].json() == responses[1].json()
    assert responses[1]["Idempotent-Replayed"] == "true"
    assert refresh(client, responses[0].json()["refresh"]).status_code == 200


def test_a_reuse_with_an_idempotency_key_revokes_too(client, ada, settings):
    settings.REFRESH_REUSE = timedelta(0)
    first = token(client).json()["refresh"]
    second = refresh(client, first).json()["refresh"]
    assert refresh(client, first, **{"Idempotency-Key": "thief"}).json()["code"] == "token_reused"
    assert refresh(client, second).json()["code"] == "token_revoked"


def test_other_sessions_survive_a_reuse(client, ada, settings):
    settings.REFRESH_REUSE = timedelta(0)
    phone, laptop = token(client).json(), token(client).json()
    refresh(client, phone["refresh"])
    assert refresh(client, phone["refresh"]).json()["code"] == "token_reused"
    assert refresh(client, laptop["refresh"]).status_code == 200


def test_logout_ends_the_session(client, ada):
    pair = token(client).json()
    assert client.post("/api/v1/auth/logout", {"refresh": pair["refresh"]}).status_code == 204
    assert refresh(client, pair["refresh"]).json()["code"] == "token_revoked"
    again = client.post("/api/v1/auth/logout", {"refresh": pair["refresh"]})
    assert again.status_code == 204


def test_a_refresh_token_expires_unless_it_is_used(client, ada):
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        first = token(client).json()["refresh"]
    with time_machine.travel(now + timedelta(days=29), tick=False):
        second = refresh(client, first).json()["refresh"]
    with time_machine.travel(now + timedelta(days=58), tick=False):
        third = refresh(client, second).json()["refresh"]
    with time_machine.travel(now + timedelta(days=89), tick=False):
        assert refresh(client, third).json()["code"] == "token_expired"


def test_a_session_ends_absolutely_however_often_it_is_used(client, ada):
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        current = token(client).json()["refresh"]
    for day in range(25, 176, 25):
        with time_machine.travel(now + timedelta(days=day), tick=False):
            current = refresh(client, current).json()["refresh"]
    session = RefreshSession.objects.get()
    assert session.expires_at == session.ends_at == now + timedelta(days=180)
    with time_machine.travel(now + timedelta(days=180, seconds=20), tick=False):
        assert refresh(client, current).json()["code"] == "token_expired"


def test_a_user_deactivated_meanwhile_cannot_refresh(client, ada):
    pair = token(client).json()
    User.objects.update(is_active=False)
    assert refresh(client, pair["refresh"]).json()["code"] == "token_revoked"


def test_an_access_token_is_no_refresh_token_and_the_reverse(client, ada):
    pair = token(client).json()
    assert refresh(client, pair["access"]).json()["code"] == "token_invalid"
    response = client.get("/api/v1/me", headers={"Authorization": f"Bearer {pair['refresh']}"})
    assert response.json()["code"] == "token_invalid"


def test_an_access_token_expires_after_ten_minutes_and_the_clock_skew(client, ada):
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        headers = {"Authorization": f"Bearer {token(client).json()['access']}"}
    with time_machine.travel(now + ACCESS_LIFETIME + timedelta(seconds=8), tick=False):
        assert client.get("/api/v1/me", headers=headers).status_code == 200
    with time_machine.travel(now + ACCESS_LIFETIME + timedelta(seconds=12), tick=False):
        response = client.get("/api/v1/me", headers=headers)
    assert response.status_code == 401
    assert response.json()["code"] == "token_expired"


def test_statements_of_login_and_refresh(ada, assert_statements, client):
    with assert_statements(5):
        pair = log_in(email=EMAIL, password=PASSWORD, device=Device(), now=timezone.now())
    with assert_statements(3):
        refresh(client, pair.refresh)
    with assert_statements(2):
        refresh(client, pair.refresh)

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.management import call_command

from accounts.domain import Role
from accounts.models import RefreshSession, User
from accounts.services import ensure_user

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
EMAIL = "ada@example.com"


def log_in(client, agent="Firefox"):
    body = {"email": EMAIL, "password": PASSWORD}
    return client.post("/api/v1/auth/token", body, headers={"User-Agent": agent}).json()


def as_bearer(pair):
    return {"Authorization": f"Bearer {pair['access']}"}


@pytest.fixture
def two_sessions(client):
    ensure_user(email=EMAIL, password=PASSWORD, role=Role.CUSTOMER)
    return log_in(client), log_in(client, "Safari")


def test_the_sessions_of_a_user_say_where_and_which_is_this_one(client, two_sessions):
    response = client.get("/api/v1/me/sessions", headers=as_bearer(two_sessions[0]))
    assert response.status_code == 200
    results = response.json()["results"]
    assert [(each["user_agent"], each["current"]) for each in results] == [
        ("Safari", False),
        ("Firefox", True),
    ]


def test_listing_sessions_is_one_statement(client, two_sessions, assert_statements):
    with assert_statements(1):
        client.get("/api/v1/me/sessions", headers=as_bearer(two_sessions[0]))


def test_ending_one_session_leaves_the_other(client, two_sessions):
    firefox, safari = two_sessions
    headers = as_bearer(firefox)
    other = client.get("/api/v1/me/sessions", headers=headers).json()["results"][0]
    assert client.delete(f"/api/v1/me/sessions/{other['id']}", headers=headers).status_code == 204
    refreshed = client.post("/api/v1/auth/token/refresh", {"refresh": safari["refresh"]})
    assert refreshed.json()["code"] == "token_revoked"
    refreshed = client.post("/api/v1/auth/token/refresh", {"refresh": firefox["refresh"]})
    assert refreshed.status_code == 200
    again = client.delete(f"/api/v1/me/sessions/{other['id']}", headers=headers)
    assert again.status_code == 404


def test_someone_elses_session_is_not_found_and_stays(client_of, two_sessions):
    stranger = client_of()
    for session in RefreshSession.objects.filter(user__email=EMAIL):
        assert stranger.delete(f"/api/v1/me/sessions/{session.pk}").status_code == 404
    assert stranger.delete(f"/api/v1/me/sessions/{uuid4()}").status_code == 404
    assert RefreshSession.objects.filter(user__email=EMAIL, revoked_at=None).count() == 2


def test_logging_out_everywhere_ends_every_session_of_the_user_alone(
    client, client_of, two_sessions
):
    client_of()
    response = client.delete("/api/v1/me/sessions", headers=as_bearer(two_sessions[0]))
    assert response.status_code == 204
    assert RefreshSession.objects.filter(user__email=EMAIL, revoked_at=None).count() == 0
    assert RefreshSession.objects.filter(revoked_at=None).count() == 1


def test_a_staff_token_dies_with_its_session(client_of):
    manager = client_of(Role.MANAGER)
    assert manager.get("/api/v1/me").status_code == 200
    assert manager.delete("/api/v1/me/sessions").status_code == 204
    response = manager.get("/api/v1/me")
    assert response.status_code == 401
    assert response.json()["code"] == "token_revoked"


def test_a_password_changed_by_an_operator_ends_every_session(client, two_sessions, monkeypatch):
    monkeypatch.setattr("getpass.getpass", lambda prompt: "staple hinge lantern")
    call_command("changepassword", EMAIL)
    for pair in two_sessions:
        response = client.post("/api/v1/auth/token/refresh", {"refresh": pair["refresh"]})
        assert response.json()["code"] == "token_revoked"
    assert User.objects.get().check_password("staple hinge lantern")


def test_a_role_taken_away_counts_on_the_next_request(client_of):
    manager = client_of(Role.MANAGER)
    User.objects.get(pk=manager.user_id).groups.clear()
    assert manager.get("/api/v1/me").json()["roles"] == ["customer"]


def test_a_deactivated_staff_member_is_out_at_once(client_of):
    manager = client_of(Role.MANAGER)
    User.objects.filter(pk=manager.user_id).update(is_active=False)
    assert manager.get("/api/v1/me").json()["code"] == "token_revoked"


def test_a_staff_token_costs_one_statement(client_of, assert_statements):
    manager = client_of(Role.MANAGER)
    with assert_statements(2):
        manager.get("/api/v1/me")

from __future__ import annotations

import pytest

from accounts.models import User

pytestmark = pytest.mark.django_db


def test_an_account_reads_itself(client_of):
    client = client_of(email="ada@example.com")
    response = client.get("/api/v1/me")
    assert response.status_code == 200
    assert response.json()["id"] == str(client.user_id)
    assert response.json()["email"] == "ada@example.com"


def test_reading_oneself_is_one_statement_so_the_token_check_is_none(client_of, assert_statements):
    client = client_of()
    with assert_statements(1):
        client.get("/api/v1/me")


def test_an_account_changes_its_name_and_keeps_the_rest(client_of):
    client = client_of()
    User.objects.update(first_name="Ada", last_name="King")
    response = client.patch("/api/v1/me", {"last_name": "Lovelace 🎩"})
    assert response.status_code == 200
    assert response.json()["last_name"] == "Lovelace 🎩"
    assert response.json()["first_name"] == "Ada"
    assert User.objects.get().last_name == "Lovelace 🎩"


@pytest.mark.parametrize("body", [{"roles": ["admin"]}, {"email": "x@example.com"}, {"id": 1}])
def test_what_is_not_ones_own_to_change_is_an_unknown_field(client_of, body):
    response = client_of().patch("/api/v1/me", body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] == "unknown_field"


def test_nobody_is_asked_to_authenticate(client):
    response = client.get("/api/v1/me")
    assert response.status_code == 401
    assert response.json()["code"] == "not_authenticated"
    assert response["WWW-Authenticate"] == 'Bearer realm="congocart"'
    assert response["Content-Type"] == "application/problem+json"


def test_a_user_deleted_meanwhile_is_not_authenticated(client_of):
    client = client_of()
    User.objects.all().delete()
    assert client.get("/api/v1/me").status_code == 401

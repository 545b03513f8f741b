from __future__ import annotations

import pytest

from accounts.models import User

pytestmark = pytest.mark.django_db


def test_an_account_reads_itself(client_of):
    client = client_of(email="ada@example.com")
    answer = client.get("/api/v1/me")
    assert answer.status_code == 200
    assert answer.json()["id"] == str(client.user_id)
    assert answer.json()["email"] == "ada@example.com"


def test_reading_oneself_is_one_statement_so_the_token_check_is_none(client_of, assert_statements):
    client = client_of()
    with assert_statements(1):
        client.get("/api/v1/me")


def test_an_account_changes_its_name_and_keeps_the_rest(client_of):
    client = client_of()
    User.objects.update(first_name="Ada", last_name="King")
    answer = client.patch("/api/v1/me", {"last_name": "Lovelace 🎩"})
    assert answer.status_code == 200
    assert answer.json()["last_name"] == "Lovelace 🎩"
    assert answer.json()["first_name"] == "Ada"
    assert User.objects.get().last_name == "Lovelace 🎩"


@pytest.mark.parametrize("body", [{"roles": ["admin"]}, {"email": "x@example.com"}, {"id": 1}])
def test_what_is_not_ones_own_to_change_is_an_unknown_field(client_of, body):
    answer = client_of().patch("/api/v1/me", body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "unknown_field"


def test_nobody_is_asked_to_authenticate(client):
    answer = client.get("/api/v1/me")
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"
    assert answer["WWW-Authenticate"] == 'Bearer realm="congocart"'
    assert answer["Content-Type"] == "application/problem+json"


def test_a_user_deleted_meanwhile_is_not_found(client_of):
    client = client_of()
    User.objects.all().delete()
    assert client.get("/api/v1/me").status_code == 404

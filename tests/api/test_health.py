from __future__ import annotations

import itertools

import pytest
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from core.db.secret_keys import record_secret_key
from tests.concurrency.conftest import hang_up


@pytest.mark.django_db(transaction=True)
def test_readyz_tells_when_a_hung_session_would_be_waited_for_without_end(
    client: APIClient,
) -> None:
    hang_up()
    with connection.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = '10s'")  # tests have none
    response = client.get("/readyz")
    assert (response.status_code, response.json()["checks"]["time_limits"]) == (200, "ok")

    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["checks"]["time_limits"] == "not in force: run manage.py prepare"
    hang_up()


def test_livez_touches_no_database(client: APIClient) -> None:
    # Without the mark `django_db` a query raises.
    assert client.get("/livez").json() == {"status": "ok"}


@pytest.mark.django_db
def test_readyz_names_each_check(client: APIClient) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["checks"]["database"] == "ok"


@pytest.mark.django_db
def test_readyz_is_503_while_a_migration_is_missing(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("congocart.health._migrated", False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'carts'")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["database"] == "not migrated"


def node(client: APIClient, settings, key: str, *fallbacks: str) -> tuple[int, str]:
    """What a process that has just started with these keys says of itself."""
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = key * 50, [k * 50 for k in fallbacks]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("congocart.health._recorded", False)
        response = client.get("/readyz")
    assert key * 5 not in response.text
    return response.status_code, response.json()["checks"]["secret_key"]


OTHER = (503, "not the one of the other servers")
OK = (200, "ok")


@pytest.mark.django_db
def test_a_server_with_another_secret_key_is_not_ready(client: APIClient, settings) -> None:
    assert node(client, settings, "a") == OK
    assert node(client, settings, "b") == OTHER
    assert node(client, settings, "a") == OK


@pytest.mark.django_db
def test_a_key_is_rotated_in_two_steps_while_all_servers_are_ready(
    client: APIClient, settings
) -> None:
    steps = [("a",), ("a", "b"), ("b", "a"), ("b",)]
    for before, after in itertools.pairwise(steps):
        # Two servers, of which one is a step ahead; each may start again at any time.
        for keys in (before, after, before, after):
            assert node(client, settings, *keys) == OK, (before, after)
        if after == ("b",):
            assert node(client, settings, "a") == OTHER


@pytest.mark.django_db
def test_a_key_that_is_swapped_in_one_step_is_noticed_by_the_others(
    client: APIClient, settings
) -> None:
    assert node(client, settings, "a") == OK
    assert node(client, settings, "b", "a") == OK
    assert node(client, settings, "a") == OTHER


@pytest.mark.django_db
def test_a_running_server_notices_that_the_key_was_replaced(client: APIClient, settings) -> None:
    settings.SECRET_KEY = "a" * 50
    assert client.get("/readyz").status_code == 200
    settings.SECRET_KEY = "b" * 50
    assert record_secret_key(replace=True)
    settings.SECRET_KEY = "a" * 50
    assert client.get("/readyz").json()["checks"]["secret_key"] == OTHER[1]


@pytest.mark.parametrize("path", ["livez", "readyz", "metrics", "api/schema", "api/docs"])
def test_what_is_only_read_answers_a_write_with_405(path: str) -> None:
    response = Client(enforce_csrf_checks=True).post(f"/{path}")

    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
    assert response["Allow"] == "GET, HEAD"

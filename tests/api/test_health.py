from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

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


@pytest.mark.parametrize("path", ["livez", "readyz", "metrics", "api/schema", "api/docs"])
def test_what_is_only_read_answers_a_write_with_405(path: str) -> None:
    response = Client(enforce_csrf_checks=True).post(f"/{path}")

    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
    assert response["Allow"] == "GET, HEAD"

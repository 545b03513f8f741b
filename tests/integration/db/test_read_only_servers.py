"""A server that takes no writes, as a standby or a former primary: unavailable, not a bug."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.db import OperationalError, connection
from django.test import Client
from rest_framework.test import APIClient

from events.models import Event

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def read_only_server() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """The one connection of the test, to a server that has become read-only."""
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    assert connection.connection is not None
    yield connection.connection
    connection.close()


@pytest.mark.usefixtures("read_only_server")
def test_the_api_and_the_admin_ask_to_come_again(client: APIClient) -> None:
    form = {"username": "a@example.com", "password": "wrong"}
    admin = Client(raise_request_exception=False)

    refusals = [client.post("/api/v1/carts", {}), admin.post("/admin/login/", form)]

    for refusal in refusals:
        assert (refusal.status_code, refusal.headers["Retry-After"]) == (503, "1")
        assert refusal.json()["code"] == "service_unavailable"


@pytest.mark.usefixtures("read_only_server")
def test_the_server_is_not_ready(client: APIClient) -> None:
    refusal = client.get("/readyz")

    assert (refusal.status_code, refusal.headers["Retry-After"]) == (503, "1")
    assert refusal.json()["checks"]["database"] == "unavailable"


def test_its_connections_are_not_used_again(
    read_only_server: psycopg.Connection[tuple[object, ...]],
) -> None:
    with pytest.raises(OperationalError, match="read-only transaction"):
        Event.objects.all().delete()

    connection.close()

    assert read_only_server.closed

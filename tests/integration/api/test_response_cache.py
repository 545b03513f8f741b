from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from core.db.snapshots import current_snapshot
from core.http import response_cache
from core.money import known_currencies
from inventory.models import Stock
from tests.catalog import product

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(response_cache, "_cache", response_cache._Cache(None))
    return


@pytest.fixture(autouse=True)
def mug() -> None:
    product("Mug")


def available(client: APIClient) -> int:
    return client.get("/api/v1/products/mug").json()["variants"][0]["available"]


def test_an_answer_is_given_again_while_nothing_is_committed(client: APIClient) -> None:
    """Other sessions of this server may commit at any time, so it is tried until none does."""
    for _ in range(50):
        first = client.get("/api/v1/products/mug")
        with CaptureQueriesContext(connection) as asked:
            second = client.get("/api/v1/products/mug")
        if len(asked) == 1:
            break

    assert len(asked) == 1
    assert second.content == first.content
    assert second.headers["ETag"] == first.headers["ETag"]


def test_every_commit_is_seen_by_the_next_request(client: APIClient) -> None:
    assert available(client) == 10
    for reserved in range(1, 6):
        Stock.objects.update(reserved=reserved)
        assert available(client) == 10 - reserved


def test_what_is_not_committed_is_not_seen_and_is_not_kept(client: APIClient) -> None:
    assert available(client) == 10
    with transaction.atomic():
        Stock.objects.update(reserved=3)
        assert current_snapshot() is None
        assert available(client) == 7
        transaction.set_rollback(True)

    assert available(client) == 10


def test_each_url_has_its_own_answer(client: APIClient) -> None:
    client.get("/api/v1/products/mug")

    priced = client.get("/api/v1/products/mug", {"currency": "EUR"}).json()
    listed = client.get("/api/v1/products", headers={"Host": "other.example"}).json()

    assert priced["variants"][0]["price"] is None
    assert len(listed["results"]) == 1


def test_refusals_are_not_kept(client: APIClient) -> None:
    assert client.get("/api/v1/products/cup").status_code == 404
    product("Cup")
    assert client.get("/api/v1/products/cup").status_code == 200


def test_what_is_kept_has_a_limit(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(response_cache, "MAX_BYTES", 3_000)
    for currency in sorted(known_currencies())[:50]:
        client.get("/api/v1/products/mug", {"currency": currency})

    assert 0 < len(response_cache._cache.responses) < 5


def test_a_commit_changes_the_name_of_the_snapshot_and_a_rollback_does_no_harm() -> None:
    before = current_snapshot()
    assert before is not None
    assert current_snapshot() == before

    with connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_stock SET reserved = 1")

    assert current_snapshot() != before

"""Servers and workers whose connections break, or go through a pooler."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from embedded.postgres import EmbeddedPostgres
from tests.faults.pooler import PROGRAM, Pooler
from tests.faults.running import Shop, is_ready, until

pytestmark = pytest.mark.faults


@pytest.fixture
def database(shop: Shop) -> Iterator[EmbeddedPostgres]:
    database = EmbeddedPostgres(shop.data, durable=False)
    database.start()
    yield database
    database.stop()


def test_a_restarted_database_costs_no_later_request(
    database: EmbeddedPostgres, serve: Callable[[str], httpx.Client]
) -> None:
    client = serve(database.url)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: client.get("/readyz"), range(40)))
    database.stop()
    database.start()
    assert [client.get("/readyz").status_code for _ in range(20)] == [200] * 20


def test_a_database_that_was_away_for_long_is_used_as_soon_as_it_is_back(
    database: EmbeddedPostgres, serve: Callable[[str], httpx.Client]
) -> None:
    client = serve(database.url)
    database.stop()
    away = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        while time.monotonic() - away < 20:
            assert set(pool.map(lambda _: is_ready(client), range(8))) == {False}
    database.start()
    back = time.monotonic()
    until(lambda: is_ready(client))
    assert time.monotonic() - back < 7


def test_without_its_database_a_server_lives_and_is_not_ready(
    database: EmbeddedPostgres, serve: Callable[[str], httpx.Client]
) -> None:
    client = serve(database.url)
    database.stop()
    assert client.get("/readyz").status_code == 503
    assert client.get("/livez").status_code == 200


@pytest.fixture
def pooled_url(database: EmbeddedPostgres, tmp_path: Path) -> Iterator[str]:
    if PROGRAM is None:
        pytest.skip("there is no pgbouncer on this machine")
    pooler = Pooler(tmp_path, database.sockets)
    yield pooler.url
    pooler.stop()


def test_everything_works_behind_pgbouncer_in_transaction_mode(
    pooled_url: str, new_shop: Callable[..., Shop]
) -> None:
    shop = new_shop(DATABASE_URL=pooled_url, CONGOCART_WORKER_LISTENS="off")
    shop.start(demo=True)
    with httpx.Client(base_url=f"http://127.0.0.1:{shop.port}/api/v1", timeout=20) as client:
        for number in range(30):
            cart = client.post(
                "/carts",
                json={"items": [{"sku": "MUG-BLUE", "quantity": 1}]},
                headers={"Idempotency-Key": str(number)},
            ).raise_for_status()
            token = {"Cart-Token": cart.json()["token"]}
            client.get(f"/carts/{cart.json()['id']}", headers=token).raise_for_status()
        assert client.get("/products?search=mugg").json()["results"]
    assert shop.get("/readyz").json()["checks"]["time_limits"] == "ok"
    assert shop.end() == 0

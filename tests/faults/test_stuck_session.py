"""A client of the database that hangs in a transaction, and a database that was restored."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from core.db.timeouts import TIMEOUTS
from embedded.postgres import DATABASE, EmbeddedPostgres
from tests.faults.running import ROOT, Shop, until
from tests.serving import database_url, serving
from tests.shop import DETAILS, items, offer_shipping, stock_variants

BUYERS = 12
IDLE_SECONDS = 10

pytestmark = pytest.mark.faults


@pytest.fixture
def url(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    """A server of one process, so of four threads."""
    offer_shipping()
    stock_variants(2, stock=10_000)
    with serving(tmp_path / "server.log") as url:
        yield url


def begin(http: httpx.Client, sku: str) -> httpx.Response:
    return http.post("/api/v1/checkouts", json={"items": items([sku]), **DETAILS})


class Buyers:
    """Try to get one SKU, again and again."""

    def __init__(self, url: str, sku: str) -> None:
        self.told: Counter[str] = Counter()
        self.seconds: list[float] = []
        self.stopping = threading.Event()
        self.threads = [
            threading.Thread(target=self._buy, args=(url, sku), daemon=True) for _ in range(BUYERS)
        ]
        for thread in self.threads:
            thread.start()

    def _buy(self, url: str, sku: str) -> None:
        with httpx.Client(base_url=url, timeout=30) as http:
            while not self.stopping.is_set():
                response = begin(http, sku)
                self.seconds.append(response.elapsed.total_seconds())
                refused = response.status_code >= 400
                self.told[response.json()["code"] if refused else "begun"] += 1
                time.sleep(0.2)

    def stop(self) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join()


def slowest(read: Callable[[], httpx.Response], times: int = 10) -> float:
    seconds = []
    for _ in range(times):
        response = read()
        assert response.status_code < 300, response.text
        seconds.append(response.elapsed.total_seconds())
        time.sleep(0.1)
    return max(seconds)


@pytest.mark.django_db(transaction=True)
def test_a_hung_client_costs_half_of_the_threads_until_its_session_is_ended(url: str) -> None:
    hung = psycopg.connect(database_url().replace("postgres:", "postgresql:"))
    hung.execute("SELECT FROM inventory_stock FOR UPDATE")
    hung.execute("ROLLBACK")
    began = time.monotonic()
    hung.execute(
        "SELECT FROM inventory_stock JOIN catalog_variant ON id = variant_id"
        " WHERE sku = 'SKU-0' FOR UPDATE OF inventory_stock"
    )
    buyers = Buyers(url, "SKU-0")
    try:
        time.sleep(1.5)  # the first of them have found out
        with httpx.Client(base_url=url, timeout=30) as http:
            assert slowest(lambda: http.get("/livez")) < 1
            assert slowest(lambda: http.get("/api/v1/products")) < 1
            assert slowest(lambda: begin(http, "SKU-1")) < 1
        assert set(buyers.told) == {"resource_busy"}

        until(lambda: buyers.told["begun"], IDLE_SECONDS + 5)
        assert time.monotonic() - began > IDLE_SECONDS - 1
    finally:
        buyers.stop()
    assert max(buyers.seconds) < 3
    with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout):
        hung.execute("SELECT 1")


def test_what_bounds_a_hung_client_is_in_force_again_after_a_restore(
    shop: Shop, tmp_path: Path
) -> None:
    database = EmbeddedPostgres(shop.data, durable=False)
    database.start()
    try:
        first = database.url
        second = first.replace(f"/{DATABASE}?", "/restored?")
        run(database, "createdb", "--maintenance-db", first, "restored")
        dump = tmp_path / "dump"
        run(database, "pg_dump", "--format=custom", "--file", str(dump), "--dbname", first)
        run(database, "pg_restore", "--dbname", second, str(dump))
        assert bounded(first)
        assert not bounded(second)

        command = [sys.executable, ROOT / "manage.py", "prepare"]
        environment = {"DATABASE_URL": second, "PATH": "/usr/bin:/bin"}
        subprocess.run(command, env=environment, check=True)
        assert bounded(second)
        with psycopg.connect(second.replace("postgres:", "postgresql:")) as session:
            session.execute("CREATE ROLE another LOGIN")
        assert bounded(second.replace("postgres@", "another@"))
    finally:
        database.stop()


def run(database: EmbeddedPostgres, program: str, *arguments: str) -> None:
    uris = [argument.replace("postgres://", "postgresql://") for argument in arguments]
    subprocess.run([database.binaries / program, *uris], check=True)


def bounded(url: str) -> bool:
    with psycopg.connect(url.replace("postgres:", "postgresql:")) as session:
        found = [session.execute(f"SHOW {name}").fetchone() for name in TIMEOUTS]
    return found == [(value,) for value in TIMEOUTS.values()]

"""The release that runs sells on while `prepare` makes the database ready for the next one."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import httpx
import psycopg
import pytest

from core.db.migrating import PAUSE_SECONDS
from embedded.postgres import EmbeddedPostgres
from tests.faults.running import ROOT, Shop, until
from tests.faults.servers import connect
from tests.shop import DETAILS, MANUAL, items

pytestmark = pytest.mark.faults

BUYERS = 3
# What an order may wait: for a lock that `prepare` did not get, and for this machine.
SLOWEST_SECONDS = 3.0


class Buyer(threading.Thread):
    """Buys until told to stop or refused; notes each status and the longest wait."""

    def __init__(self, base: str) -> None:
        super().__init__(daemon=True)
        self.client = httpx.Client(base_url=f"{base}/api/v1", timeout=30)
        self.stopping = threading.Event()
        self.statuses: Counter[int] = Counter()
        self.slowest = 0.0

    def run(self) -> None:
        with suppress(httpx.HTTPStatusError):
            while not self.stopping.is_set():
                self._buy()

    def goes_on(self, so_far: int) -> bool:
        """Whether there was a whole purchase since `so_far` responses, or will never be one."""
        return self.statuses.total() > so_far + 5 or not self.is_alive()

    def _buy(self) -> None:
        cart = self._post("/carts", {"items": items(["MUG-BLUE"])})
        self.client.headers["Cart-Token"] = cart["token"]
        checkout = self._post("/checkouts", {"cart_id": cart["id"], **DETAILS})
        self._post(f"/checkouts/{checkout['id']}/complete", MANUAL)

    def _post(self, path: str, body: dict[str, object]) -> dict[str, str]:
        started = time.monotonic()
        response = self.client.post(path, json=body)
        self.slowest = max(self.slowest, time.monotonic() - started)
        self.statuses[response.status_code] += 1
        response.raise_for_status()
        found: dict[str, str] = response.json()
        return found


@contextmanager
def selling(shop: Shop) -> Iterator[list[Buyer]]:
    buyers = [Buyer(f"http://127.0.0.1:{shop.port}") for _ in range(BUYERS)]
    for buyer in buyers:
        buyer.start()
    until(lambda: all(buyer.statuses.total() > 3 for buyer in buyers))
    yield buyers
    for buyer in buyers:
        buyer.stopping.set()
    for buyer in buyers:
        buyer.join(30)


def prepare_during_a_report(
    database: psycopg.Connection[object], environment: dict[str, str]
) -> tuple[int, str]:
    """Read orders in one transaction until `prepare` says that it has to wait for it."""
    database.execute("BEGIN")
    database.execute("SELECT count(*) FROM orders_order")
    prepare = subprocess.Popen(
        [sys.executable, "manage.py", "prepare"],
        env={**os.environ, **environment},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert prepare.stdout
    said = ""
    for line in prepare.stdout:
        said += line
        if "trying again" in line and said.count("trying again") == 1:
            # Long enough for the next attempt to find the report as well.
            threading.Timer(PAUSE_SECONDS + 1, lambda: database.execute("COMMIT")).start()
    return prepare.wait(60), said


def test_no_order_fails_while_the_next_release_migrates(new_shop: Callable[..., Shop]) -> None:
    shop = new_shop(CONGOCART_RATE_LIMITS="off")
    shop.start(demo=True)
    server = EmbeddedPostgres(shop.data)
    environment = {
        "DATABASE_URL": server.url,
        "DJANGO_SETTINGS_MODULE": "tests.next_release.settings",
    }
    with connect(server) as database, selling(shop) as buyers:
        code, said = prepare_during_a_report(database, environment)
        bought = [buyer.statuses.total() for buyer in buyers]
        until(
            lambda: all(buyer.goes_on(so_far) for buyer, so_far in zip(buyers, bought, strict=True))
        )

    assert code == 0, said
    assert "trying again" in said
    statuses = sum((buyer.statuses for buyer in buyers), Counter())
    assert set(statuses) <= {200, 201}, statuses
    assert max(buyer.slowest for buyer in buyers) < SLOWEST_SECONDS
    assert shop.get("/readyz").status_code == 200
    with connect(server) as database:
        [(index, constraint)] = database.execute(
            """
            SELECT indisvalid, convalidated FROM pg_index, pg_constraint
             WHERE indexrelid = 'orders_by_channel'::regclass
               AND conname = 'orders_have_a_channel'
            """
        )
    assert (index, constraint) == (True, True)

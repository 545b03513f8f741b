"""How many orders a second one hot SKU takes, against orders spread over many.

    python bench/hot_sku.py [--seconds 10] [--concurrency 1 8 32] [--provider manual]

Starts a whole shop (`manage.py up`) on a folder that is thrown away. Buyers make whole
purchases in three requests over keep-alive connections: a cart of one unit, a checkout,
its completion. Rounds on the hot SKU and on spread ones take turns. The longest wait for
a lock is sampled from pg_locks a hundred times a second.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT))

from embedded.postgres import EmbeddedPostgres  # noqa: E402 - needs the path

SPREAD = 200
START_SECONDS = 120
FILL = f"""
from django.utils import timezone
from catalog.domain import NewVariant
from catalog.services import create_product
from checkout.services import ensure_shipping_method
from core.money import Money
ensure_shipping_method(code="standard", title="Standard", prices={{"GBP": 395}})
for n in range({SPREAD}):
    variant = NewVariant(sku=f"S-{{n}}", prices=(Money(1000, "GBP"),), stock=10_000_000)
    create_product(title=f"Thing {{n}}", variants=[variant], now=timezone.now())
"""
DETAILS = {
    "email": "ada@example.com",
    "shipping_address": {
        "first_name": "Ada",
        "last_name": "Lovelace",
        "line1": "12 St James's Square",
        "city": "London",
        "postal_code": "SW1Y 4LB",
        "country_code": "GB",
    },
    "shipping_method": "standard",
}
PAYMENTS = {"manual": {"provider": "manual"}, "test": {"provider": "test", "token": "tok_success"}}
WAITS = "SELECT max(extract(epoch FROM clock_timestamp() - waitstart)) FROM pg_locks"


@dataclass
class Round:
    """What one round measured; seconds."""

    skus: str
    concurrency: int
    rate: float = 0
    completions: list[float] = field(default_factory=list)
    longest_wait: float = 0

    def row(self) -> str:
        """One line of the table, in milliseconds."""
        p50, p99 = (percentile(self.completions, share) * 1000 for share in (0.5, 0.99))
        return (
            f"{self.skus:6} {self.concurrency:11} {self.rate:9.1f} {p50:12.1f} {p99:12.1f}"
            f" {self.longest_wait * 1000:15.0f}"
        )


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of `values` lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


class Buyer:
    """One connection that makes purchases until the time is over."""

    def __init__(self, port: int, payment: dict[str, str]) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.payment = payment
        self.completions: list[float] = []

    def run(self, skus: Sequence[str], deadline: float) -> None:
        while time.perf_counter() < deadline:
            self._purchase(random.choice(skus))

    def _purchase(self, sku: str) -> None:
        cart = self._post("/api/v1/carts", {"items": [{"sku": sku, "quantity": 1}]})
        token = {"Cart-Token": cart["token"]}
        checkout = self._post("/api/v1/checkouts", {"cart_id": cart["id"], **DETAILS}, token)
        started = time.perf_counter()
        path = f"/api/v1/checkouts/{checkout['id']}/complete"
        done = self._post(path, {"payment": self.payment}, token)
        self.completions.append(time.perf_counter() - started)
        assert done["status"] == "completed", done

    def _post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", **(headers or {})}
        self.connection.request("POST", path, json.dumps(body), headers)
        response = self.connection.getresponse()
        received: dict[str, Any] = json.loads(response.read())
        assert response.status == 201, received
        return received


def measure(
    shop: Shop, skus: Sequence[str], concurrency: int, *, seconds: float, payment: dict[str, str]
) -> Round:
    """One round of `seconds`."""
    buyers = [Buyer(shop.port, payment) for _ in range(concurrency)]
    with shop.watched_locks() as waits, ThreadPoolExecutor(concurrency) as pool:
        started = time.perf_counter()
        list(pool.map(lambda buyer: buyer.run(skus, started + seconds), buyers))
        elapsed = time.perf_counter() - started
    found = Round("hot" if len(skus) == 1 else "spread", concurrency)
    found.completions = [each for buyer in buyers for each in buyer.completions]
    found.rate = len(found.completions) / elapsed
    found.longest_wait = max(waits, default=0)
    return found


class Shop:
    """A shop in processes of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = EmbeddedPostgres(folder / "data").url
        self.environment = {
            **os.environ,
            "CONGOCART_RATE_LIMITS": "off",
            "CONGOCART_ACCESS_LOG": "off",
        }
        self.environment.pop("DATABASE_URL", None)
        command = [sys.executable, "manage.py", "up", "--no-demo", "--port", str(self.port)]
        self.process = subprocess.Popen(
            [*command, "--data-dir", folder / "data"],
            cwd=PROJECT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def wait(self) -> None:
        """Until it serves."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            assert self.process.poll() is None, "the shop has stopped"
            assert time.monotonic() < deadline, "the shop did not start"
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.2)

    def fill(self) -> None:
        """Products in stock and a way to deliver them."""
        command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", FILL]
        environment = {**self.environment, "DATABASE_URL": self.url}
        subprocess.run(command, cwd=PROJECT, env=environment, check=True)

    @contextmanager
    def watched_locks(self) -> Iterator[list[float]]:
        """The list grows by each wait that is seen, in seconds."""
        waits: list[float] = []
        over = threading.Event()

        def watch() -> None:
            with psycopg.connect(
                self.url.replace("postgres://", "postgresql://"), autocommit=True
            ) as database:
                while not over.wait(0.01):
                    row = database.execute(WAITS).fetchone()
                    if row and row[0] is not None:
                        waits.append(float(row[0]))

        watcher = threading.Thread(target=watch)
        watcher.start()
        yield waits
        over.set()
        watcher.join()

    def stop(self) -> None:
        """Everything ends."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


@contextmanager
def running_shop() -> Iterator[Shop]:
    """With full stock; on a folder that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="congocart-bench-") as folder:
        Path(folder).chmod(0o755)  # as root, the database runs as someone else
        shop = Shop(Path(folder))
        try:
            shop.wait()
            shop.fill()
            yield shop
        finally:
            shop.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--concurrency", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--provider", choices=PAYMENTS, default="manual")
    options = parser.parse_args()
    skus = [f"S-{n}" for n in range(SPREAD)]
    payment = PAYMENTS[options.provider]
    with running_shop() as shop:
        measure(shop, skus, 8, seconds=3, payment=payment)
        print("SKUs   concurrency  orders/s  complete p50  complete p99  longest wait (ms)")
        for concurrency in options.concurrency:
            rounds = [
                measure(shop, offered, concurrency, seconds=options.seconds, payment=payment)
                for offered in (skus[:1], skus)
            ]
            for each in rounds:
                print(each.row(), flush=True)
            hot, spread = rounds
            print(f"       ratio hot / spread {hot.rate / spread.rate:.2f}", flush=True)


if __name__ == "__main__":
    main()

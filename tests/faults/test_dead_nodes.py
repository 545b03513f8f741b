"""Two nodes on one database: one dies, or sleeps, while it waits for a slow provider."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from orders.models import Order
from payments.models import LedgerEntry, Payment
from tests.faults.provider.launch import RunningSimulator, running_simulator
from tests.faults.running import until
from tests.serving import serving
from tests.shop import DETAILS, items, offer_shipping, stock_variants

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

# Longer than it takes to know that a node is dead.
SLOW_SECONDS = 9.0
PAYMENT = {"payment": {"provider": "stripe", "token": "pm_card_visa"}}
PATIENCE = 40.0


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[RunningSimulator]:
    with running_simulator(tmp_path / "provider.sqlite3") as simulator:
        simulator.misbehave(silent=1.0, hang=SLOW_SECONDS)
        yield simulator


@pytest.fixture
def nodes(
    transactional_db: None, provider: RunningSimulator, tmp_path: Path
) -> Iterator[list[str]]:
    environment = {
        "STRIPE_SECRET_KEY": "sk_test_nodes",
        "STRIPE_WEBHOOK_SECRET": "whsec_nodes",
        "STRIPE_API_BASE": provider.base,
    }
    offer_shipping()
    stock_variants(stock=10)
    with (
        serving(tmp_path / "first.log", **environment) as first,
        serving(tmp_path / "second.log", **environment) as second,
    ):
        yield [first, second]


@pytest.fixture
def send(nodes: list[str]) -> Iterator[Callable[[int], httpx.Response]]:
    """Completes one checkout, always with the same key, at the node of that number."""
    with httpx.Client(timeout=60) as http:
        base = f"{nodes[0]}/api/v1"
        cart = http.post(f"{base}/carts", json={"items": items(["SKU-0"])}).json()
        http.headers["Cart-Token"] = cart["token"]
        checkout = http.post(f"{base}/checkouts", json={"cart_id": cart["id"], **DETAILS}).json()
        path = f"/api/v1/checkouts/{checkout['id']}/complete"
        headers = {"Idempotency-Key": "once"}
        yield lambda node: http.post(nodes[node] + path, json=PAYMENT, headers=headers)


def processes(url: str) -> list[psutil.Process]:
    """Of the node at `url`, the master first."""
    port = str(urlsplit(url).port)
    (master,) = [
        child
        for child in psutil.Process().children()
        if {"congocart.server", port} <= set(child.cmdline())
    ]
    return [master, *master.children(recursive=True)]


def signal_to(url: str, number: signal.Signals) -> None:
    for process in processes(url):
        process.send_signal(number)


def until_asked(provider: RunningSimulator) -> None:
    until(lambda: provider.ledger()["payment_intent"])


def retried(send: Callable[[int], httpx.Response]) -> tuple[httpx.Response, float, list[int]]:
    """What the second node responds in the end, after how long, and what it asked to wait."""
    started, waits = time.monotonic(), []
    while (response := send(1)).status_code == 409:
        assert response.json()["code"] == "idempotency_in_progress"
        assert time.monotonic() - started < PATIENCE
        waits.append(int(response.headers["Retry-After"]))
        time.sleep(waits[-1])
    return response, time.monotonic() - started, waits


def assert_bought_once(provider: RunningSimulator) -> None:
    assert len(provider.ledger()["payment_intent"]) == 1
    assert Payment.objects.count() == Order.objects.count() == 1
    assert LedgerEntry.objects.filter(kind="captured").count() == 1


def first_request(pool: ThreadPoolExecutor, send: Callable[[int], httpx.Response]) -> Future[None]:
    def run() -> None:
        with suppress(httpx.TransportError):
            send(0)

    return pool.submit(run)


def test_a_retry_goes_on_as_soon_as_the_first_node_is_known_to_be_dead(
    nodes: list[str], send: Callable[[int], httpx.Response], provider: RunningSimulator
) -> None:
    with ThreadPoolExecutor() as pool:
        cut_off = first_request(pool, send)
        until_asked(provider)
        for process in processes(nodes[0]):
            process.kill()
        cut_off.result()

    response, seconds, waits = retried(send)

    assert response.status_code in (200, 201), response.text
    assert seconds < 10
    assert len(waits) <= 5
    assert_bought_once(provider)
    assert send(1).content == response.content


def test_a_node_that_is_alive_keeps_its_key_however_slow_the_provider_is(
    send: Callable[[int], httpx.Response], provider: RunningSimulator
) -> None:
    provider.misbehave(late=1.0, delay=SLOW_SECONDS)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(send, 0)
        until(Payment.objects.exists)
        response, _, waits = retried(send)

        assert set(waits) == {1}
        assert first.result().content == response.content
    assert_bought_once(provider)


def test_a_node_that_slept_writes_over_nothing(
    nodes: list[str], send: Callable[[int], httpx.Response], provider: RunningSimulator
) -> None:
    with ThreadPoolExecutor() as pool:
        sleeper = pool.submit(send, 0)
        until_asked(provider)
        signal_to(nodes[0], signal.SIGSTOP)
        try:
            response, _, _ = retried(send)
        finally:
            signal_to(nodes[0], signal.SIGCONT)

        assert response.status_code in (200, 201), response.text
        assert sleeper.result().content == response.content
    assert_bought_once(provider)
    assert send(1).content == response.content

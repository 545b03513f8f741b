"""A Redis that takes connections and says nothing: only a metric changes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from core.http.counters import REDIS_PAUSE_SECONDS
from tests.faults.running import free_port, until
from tests.serving import serving
from tests.shop import stock_variants

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

LOGINS = 6


class Redis:
    def __init__(self) -> None:
        self.port = free_port()
        program = shutil.which("redis-server")
        if program is None:
            pytest.skip("there is no redis-server on this machine")
        command = [program, "--port", str(self.port), "--save", "", "--bind", "127.0.0.1"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def hang(self) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)


@pytest.fixture
def redis() -> Iterator[Redis]:
    redis = Redis()
    yield redis
    redis.process.kill()
    redis.process.wait()


@pytest.fixture
def shop(transactional_db: None, redis: Redis, tmp_path: Path) -> Iterator[str]:
    """A server of two processes, which count together."""
    stock_variants()
    settings = {
        "REDIS_URL": redis.url,
        "CONGOCART_RATE_LIMITS": "on",
        "CONGOCART_RATE_AUTH": f"{LOGINS}/3600",
        "CONGOCART_WORKERS": "2",
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics"),
    }
    with serving(tmp_path / "server.log", **settings) as url:
        yield url


def send(url: str, body: dict[str, str] | None = None) -> tuple[int, str, float]:
    """Over a connection of its own, so that any process may respond: status, text, seconds."""
    started = time.monotonic()
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    try:
        with urlopen(Request(url, data=data, headers=headers), timeout=20) as response:
            status, text = response.status, response.read().decode()
    except HTTPError as refusal:
        status, text = refusal.code, ""
    return status, text, time.monotonic() - started


def seconds_of(url: str, times: int = 40) -> list[float]:
    """What reads of `url` take, four at a time, the quickest first."""
    with ThreadPoolExecutor(4) as pool:
        responses = list(pool.map(send, [url] * times))
    assert {status for status, _, _ in responses} == {200}
    return sorted(seconds for _, _, seconds in responses)


def logins(shop: str, times: int) -> Counter[int]:
    body = {"email": "a@example.com", "password": "wrong password"}
    url = f"{shop}/api/v1/auth/token"
    with ThreadPoolExecutor(4) as pool:
        return Counter(status for status, *_ in pool.map(lambda _: send(url, body), range(times)))


def redis_up(shop: str) -> str:
    lines = send(f"{shop}/metrics")[1].splitlines()
    (line,) = [line for line in lines if line.startswith("congocart_redis_up")]
    return line.rpartition(" ")[2]


def test_a_hung_redis_changes_nothing_but_a_metric(shop: str, redis: Redis) -> None:
    products, readiness = f"{shop}/api/v1/products", f"{shop}/readyz"
    seconds_of(products)
    seconds_of(readiness)
    assert redis_up(shop) == "1.0"
    redis.hang()

    assert seconds_of(products)[-1] < 1  # each process finds out
    assert seconds_of(readiness)[36] < 0.2
    assert seconds_of(products)[36] < 0.1
    assert redis_up(shop) == "0.0"

    statuses = logins(shop, 3 * LOGINS)
    assert 0 < sum(statuses.values()) - statuses[429] <= LOGINS, statuses

    redis.go_on()
    until(lambda: seconds_of(products, 4) and redis_up(shop) == "1.0", REDIS_PAUSE_SECONDS + 5)

"""Over the real server: the worst bodies, many at once, leave it responsive."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from core.http.json import MAX_VALUES
from tests.serving import serving

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

MEGABYTE = 1024 * 1024
ITEM = b'{"sku":"A","quantity":0}'
# What of each kind costs most: in bytes, in values, in members, in faults.
WORST = {
    "too large": b" " * MEGABYTE,
    "arrays": b"[" + b"[]," * 170_000 + b"[]]",
    "objects": b'{"items":[' + b"{}," * (MAX_VALUES - 10) + b"{}]}",
    "faulty lines": b'{"items":[' + (ITEM + b",") * 999 + ITEM + b"]}",
    "lines": b'{"items":[' + (ITEM + b",") * (MAX_VALUES // 4) + ITEM + b"]}",
    "names": json.dumps({f"{number:x}": 0 for number in range(MAX_VALUES - 10)}).encode(),
    "a text": b'{"currency":"' + b"\\u0130" * 80_000 + b'"}',
    "digits": b'{"currency":' + b"1" * 500_000 + b"}",
}
ARE_REFUSED = {400, 413}


@pytest.fixture
def url(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    with serving(tmp_path / "server.log") as url:
        yield url


def test_liveness_answers_within_a_second_while_sixteen_of_the_worst_bodies_are_read(
    url: str,
) -> None:
    def post(kind: str) -> int:
        headers = {"Content-Type": "application/json"}
        return httpx.post(
            f"{url}/api/v1/carts", content=WORST[kind], headers=headers, timeout=20
        ).status_code

    with ThreadPoolExecutor(16) as clients, httpx.Client(base_url=url, timeout=20) as client:
        client.get("/livez")
        for kind in WORST:
            sixteen = [clients.submit(post, kind) for _ in range(16)]
            started = time.monotonic()
            assert client.get("/livez").status_code == 200
            assert time.monotonic() - started < 1, kind
            assert {each.result() for each in sixteen} <= ARE_REFUSED

"""The server itself bounds what comes before a request's body; Django never sees more."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from congocart.server import HEADER_BYTES, HEADER_SECONDS
from tests.serving import serving

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def url(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    with serving(tmp_path / "server.log") as url:
        yield url


def test_headers_of_any_size_are_refused_before_they_are_kept(url: str) -> None:
    assert status_of(url, {"X-Long": "a" * (HEADER_BYTES // 2)}) == 200
    assert status_of(url, {"X-Long": "a" * HEADER_BYTES * 2}) == 431
    assert status_of(url, {f"X-Long-{n}": "a" * 2_000 for n in range(90)}) == 431


def test_any_number_of_headers_is_refused(url: str) -> None:
    assert status_of(url, {f"X-{n}": "a" for n in range(50)}) == 200
    assert status_of(url, {f"X-{n}": "a" for n in range(150)}) == 431


def test_an_endless_address_is_refused(url: str) -> None:
    assert httpx.get(f"{url}/livez?{'a' * 10_000}").status_code == 200
    assert answer_to(url, b"GET /" + b"a" * HEADER_BYTES * 2)[:12] in (
        b"HTTP/1.1 414",
        b"HTTP/1.1 431",
    )


def test_headers_that_never_end_lose_their_connection(url: str) -> None:
    started = time.monotonic()
    assert answer_to(url, b"GET /livez HTTP/1.1\r\nX-Slow: a") == b""
    assert time.monotonic() - started < HEADER_SECONDS + 5
    assert status_of(url, {}) == 200


def status_of(url: str, headers: dict[str, str]) -> int:
    return httpx.get(f"{url}/livez", headers=headers).status_code


def answer_to(url: str, raw: bytes) -> bytes:
    """The first bytes that the server sends back; none when it just hangs up."""
    place = urlsplit(url)
    with socket.create_connection((place.hostname, place.port), timeout=60) as connection:
        connection.sendall(raw)
        try:
            return connection.recv(1024)
        except ConnectionResetError:
            return b""

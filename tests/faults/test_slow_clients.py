"""Clients that send or take a little and then nothing hold no thread, and lose the connection."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from congocart.asgi import LARGE_BODIES
from congocart.server import HEADER_SECONDS, UNREAD_SECONDS
from tests.serving import serving

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

BODY_SECONDS = 8
CLIENTS = 30
JSON = {"Content-Type": "application/json"}
ENDED_WITHIN = 15
assert max(HEADER_SECONDS, UNREAD_SECONDS, BODY_SECONDS) < ENDED_WITHIN
POST = b"POST /api/v1/carts HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n"
# Larger than what the kernel keeps for a client.
LARGE = "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"


@pytest.fixture
def url(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    with serving(tmp_path / "server.log", CONGOCART_BODY_SECONDS=str(BODY_SECONDS)) as url:
        yield url


SENT = {
    "half a body": POST + b'Content-Length: 100\r\n\r\n{"items": [',
    "half a large body": POST + b"Content-Length: 1000000\r\n\r\n" + b" " * 900_000,
    "no body": POST + b"Content-Length: 100\r\n\r\n",
    "half a chunked body": POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\n     \r\n",
    "a body that waits": POST + b"Content-Length: 100\r\nExpect: 100-continue\r\n\r\n",
    "the body of a read": b"GET /livez HTTP/1.1\r\nHost: shop\r\nContent-Length: 100\r\n\r\n{",
    "half a head": b"GET /livez HTTP/1.1\r\nX-Slow: a",
    "half a line": b"PO",
    "nothing": b"",
    "an unread response": b"".join(
        f"GET {LARGE} HTTP/1.1\r\nHost: shop\r\n\r\n".encode() for _ in range(4)
    ),
}


def test_slow_clients_hold_no_thread_and_lose_their_connections(url: str) -> None:
    with httpx.Client(base_url=url, timeout=5) as client, ExitStack() as stack:
        cart = client.post("/api/v1/carts", json={}).json()
        headers = {"Cart-Token": cart["token"]}
        started = time.monotonic()
        slow = [
            (kind, stack.enter_context(connected(url))) for kind in SENT for _ in range(CLIENTS)
        ]
        for kind, connection in slow:
            connection.sendall(SENT[kind])

        for path in ("/livez", f"/api/v1/carts/{cart['id']}"):
            assert least_seconds(lambda path=path: client.get(path, headers=headers)) < 0.1
        deadline = started + ENDED_WITHIN
        assert [kind for kind, connection in slow if not is_ended(connection, by=deadline)] == []
        assert client.get("/livez").status_code == 200


def test_a_body_that_trickles_is_refused_in_time(url: str) -> None:
    with connected(url) as connection:
        connection.sendall(POST + b"Content-Length: 100\r\n\r\n")
        started = time.monotonic()
        while not select.select([connection], [], [], 1)[0]:
            connection.sendall(b" ")

        assert BODY_SECONDS - 1 < time.monotonic() - started < BODY_SECONDS + 3
        answer = connection.recv(10_000)
        assert answer.startswith(b"HTTP/1.1 408")
        assert b"application/problem+json" in answer
        assert b'"code":"request_timeout"' in answer


def test_more_large_bodies_than_there_is_memory_for_are_refused_and_small_ones_are_not(
    url: str,
) -> None:
    with ExitStack() as stack:
        for _ in range(LARGE_BODIES + 5):
            stack.enter_context(connected(url)).sendall(SENT["half a large body"])
        time.sleep(0.5)
        large = httpx.post(
            f"{url}/api/v1/carts", content=b"{" + b" " * 100_000 + b"}", headers=JSON
        )
        small = httpx.post(f"{url}/api/v1/carts", json={})

    assert (large.status_code, large.headers["Retry-After"]) == (503, "1")
    assert small.status_code == 201


def connected(url: str) -> socket.socket:
    place = urlsplit(url)
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(5)
    connection.connect((place.hostname, place.port))
    return connection


def least_seconds(request: Callable[[], httpx.Response]) -> float:
    seconds = []
    for _ in range(9):
        started = time.monotonic()
        assert request().status_code == 200
        seconds.append(time.monotonic() - started)
    return min(seconds)


def is_ended(connection: socket.socket, *, by: float) -> bool:
    """Whether the server has hung up; what it sent is not taken, or it would go on.

    The kernel ends a connection that nothing is taken of without a word. Its other end learns
    of it from the answer to whatever it sends.
    """
    poll = select.poll()
    poll.register(connection, select.POLLRDHUP | select.POLLHUP | select.POLLERR)
    if poll.poll(max(0.0, by - time.monotonic()) * 1000):
        return True
    connection.sendall(b"x")
    return bool(poll.poll(1000))

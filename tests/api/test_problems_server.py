"""Over the real server: bodies that are too large, lie about their length or have none."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.serving import serving

pytestmark = pytest.mark.django_db(transaction=True)

PATH = "/api/v1/carts"
MEGABYTE = 1024 * 1024
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def url(transactional_db, tmp_path: Path) -> Iterator[str]:
    with serving(tmp_path / "server.log") as url:
        yield url


def raw(url: str, head: str, body: bytes = b"", *, end: bool = False) -> tuple[int, dict]:
    """Sends bytes as they are; `end` closes our side of the connection."""
    target = urlsplit(url)
    with socket.create_connection((target.hostname, target.port), timeout=10) as connection:
        request = (
            f"POST {PATH} HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n{head}\r\n"
        )
        connection.sendall(request.encode() + b"\r\n" + body)
        if end:
            connection.shutdown(socket.SHUT_WR)
        response = b""
        while b"}" not in response and (part := connection.recv(65_536)):
            response += part
    head_bytes, _, rest = response.partition(b"\r\n\r\n")
    return int(head_bytes.split()[1]), json.loads(rest[rest.index(b"{") : rest.rindex(b"}") + 1])


def chunks(count: int, size: int) -> Iterator[bytes]:
    for _ in range(count):
        yield b" " * size


def post_large(client: httpx.Client, path: str, content: bytes) -> httpx.Response:
    """Posts again when the answer was lost, a few times.

    A server that closes before it has read everything may reset the connection, and
    the answer with it (RFC 9112, section 9.6); the client cannot tell and tries again.
    """
    for _ in range(4):
        try:
            return client.post(path, content=content)
        except (httpx.RemoteProtocolError, httpx.WriteError, httpx.ReadError):
            continue
    return client.post(path, content=content)


def test_bodies_and_their_lengths(url: str):
    with httpx.Client(base_url=url, timeout=20, headers=JSON) as client:
        large = post_large(client, PATH, b" " * 10 * MEGABYTE)
        assert (large.status_code, large.json()["code"]) == (413, "payload_too_large")

        chunked = client.post(PATH, content=iter([b"{", b"}"]))
        assert (chunked.status_code, chunked.json()["items"]) == (201, [])

        malformed = client.post(PATH, content=iter([b"{"]))
        assert (malformed.status_code, malformed.json()["code"]) == (400, "invalid_request")

        endless = client.post(PATH, content=chunks(3, MEGABYTE))
        assert (endless.status_code, endless.json()["code"]) == (413, "payload_too_large")

        unknown = post_large(client, "/nothing", b" " * 10 * MEGABYTE)
        assert (unknown.status_code, unknown.json()["code"]) == (413, "payload_too_large")

        assert client.get("/livez").status_code == 200

    claimed = raw(url, f"Content-Length: {10 * MEGABYTE}")
    assert (claimed[0], claimed[1]["code"]) == (413, "payload_too_large")

    cut = raw(url, "Content-Length: 100", b'{"items": [', end=True)
    assert (cut[0], cut[1]["code"]) == (400, "invalid_request")


def late_body(url: str, path: str) -> tuple[int, int]:
    """The statuses of two requests on one connection; the first one's body comes late."""
    target = urlsplit(url)
    with socket.create_connection((target.hostname, target.port), timeout=10) as connection:
        head = f"POST {path} HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Content-Length: 2\r\n\r\n".encode())
        time.sleep(0.1)
        connection.sendall(b"{}")
        first = answer_on(connection)
        connection.sendall(b"GET /livez HTTP/1.1\r\nHost: shop\r\n\r\n")
        return first, answer_on(connection)


def answer_on(connection: socket.socket) -> int:
    with HTTPResponse(connection) as response:
        response.begin()
        response.read()
        return response.status


def test_a_connection_can_be_used_again_after_an_answer_to_an_unread_body(url: str):
    assert late_body(url, "/nothing") == (404, 200)
    assert late_body(url, "/api/v1/me/addresses") == (401, 200)
    assert late_body(url, PATH) == (201, 200)

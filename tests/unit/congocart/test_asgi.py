from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from congocart.asgi import (
    HASHING,
    LARGE_BODIES,
    LARGE_BODY_BYTES,
    UPLOADS,
    DjangoInThreads,
    environ_of,
)

LIMIT = 1024 * 1024


def scope(method: str = "POST", path: str = "/nothing", **headers: str) -> dict[str, Any]:
    return {
        "type": "http",
        "http_version": "1.1",
        "scheme": "http",
        "method": method,
        "path": path,
        "query_string": b"a=%C3%A9",
        "headers": [
            (name.replace("__", "-").encode(), value.encode("latin-1"))
            for name, value in headers.items()
        ],
        "client": ("192.0.2.7", 1234),
        "server": ("127.0.0.1", 8000),
    }


class Wire:
    """What a client sends in parts, and then nothing; and what it gets."""

    def __init__(self, *parts: bytes | None, whole: bool = True) -> None:
        self.parts = list(parts)
        self.whole = whole
        self.got: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        if not self.parts:
            await asyncio.Event().wait()
        part = self.parts.pop(0)
        if part is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": part, "more_body": self.parts or not self.whole}

    async def send(self, message: dict[str, Any]) -> None:
        self.got.append(message)


def server(seconds: float = 5, threads: int = 1) -> DjangoInThreads:
    return DjangoInThreads(threads=threads, body_seconds=seconds, body_bytes=LIMIT)


def status(wire: Wire, request: dict[str, Any], app: DjangoInThreads | None = None) -> int:
    asyncio.run((app or server())(request, wire.receive, wire.send))
    return int(wire.got[0]["status"])


def test_a_body_that_is_not_there_in_time_is_a_408_and_ends_the_connection():
    wire = Wire(b"{", whole=False)

    assert status(wire, scope(content__length="9"), server(seconds=0.01)) == 408
    assert (b"connection", b"close") in wire.got[0]["headers"]
    assert b'"code":"request_timeout"' in wire.got[1]["body"]


def test_a_body_that_is_cut_is_a_400_even_where_what_came_is_valid():
    assert status(Wire(b"{}", None, whole=False), scope(content__length="9")) == 400


def test_a_body_that_says_it_is_too_large_is_not_read():
    wire = Wire(b"x")

    assert status(wire, scope(content__length=str(LIMIT + 1))) == 413
    assert wire.parts == [b"x"]


def test_of_an_endless_body_no_more_than_the_limit_is_read():
    wire = Wire(*[b"x" * (LIMIT // 2)] * 9, whole=False)

    assert status(wire, scope(transfer__encoding="chunked")) == 413
    assert len(wire.parts) == 6


def test_what_has_no_body_is_not_waited_for():
    assert status(Wire(), scope(), server(seconds=0.01)) == 404
    assert status(Wire(), scope("GET"), server(seconds=0.01)) == 404


def test_liveness_needs_no_thread():
    app, busy = server(), threading.Event()
    app.threads.submit(busy.wait)
    try:
        assert status(Wire(), scope("GET", "/livez"), app) == 200
    finally:
        busy.set()


def test_logins_wait_for_half_of_the_threads_and_nothing_else_waits_for_them(
    monkeypatch: pytest.MonkeyPatch,
):
    app, busy, running = server(threads=2), threading.Event(), []

    def slow(environ: dict[str, Any]) -> Any:
        running.append(environ["PATH_INFO"])
        if environ["PATH_INFO"] in HASHING:
            busy.wait(10)
        return 200, [], b""

    monkeypatch.setattr("congocart.asgi.respond", slow)

    async def burst() -> list[int]:
        logins = [Wire(b"{}") for _ in range(8)]
        tasks = [
            asyncio.ensure_future(app(scope("POST", path), wire.receive, wire.send))
            for path, wire in zip(sorted(HASHING) * 3, logins, strict=False)
        ]
        await asyncio.sleep(0.1)
        other = Wire()
        await app(scope("GET", "/api/v1/products"), other.receive, other.send)
        assert len(running) == 2, "one login and the product"
        busy.set()
        await asyncio.gather(*tasks)
        return [wire.got[0]["status"] for wire in [*logins, other]]

    assert asyncio.run(burst()) == [200] * 9
    assert app.logins == 0


def test_places_for_large_bodies_are_given_back():
    app = server()
    large = b" " * (LARGE_BODY_BYTES + 1)
    for _ in range(LARGE_BODIES):
        assert status(Wire(large), scope(content__length=str(len(large))), app) == 404
        cut = Wire(large, None, whole=False)
        assert status(cut, scope(content__length=str(LIMIT)), app) == 400
    assert app.places == LARGE_BODIES

    app.places = 0
    assert status(Wire(large), scope(content__length=str(len(large))), app) == 503
    assert status(Wire(b"{}"), scope(content__length="2"), app) == 404
    assert app.places == 0


def upload(length: int) -> dict[str, Any]:
    """A request that sends a picture; there is none in it, and nobody who may."""
    form = {"content__type": "multipart/form-data; boundary=b", "content__length": str(length)}
    return scope(path="/api/v1/products/mug/media", **form)


def test_a_file_is_kept_on_the_disk_and_read_from_there(monkeypatch: pytest.MonkeyPatch):
    seen: list[Any] = []

    def respond(environ: dict[str, Any]) -> Any:
        body = environ["wsgi.input"]
        seen.extend([body._rolled, body.read(), environ["CONTENT_LENGTH"]])
        return 200, [], b""

    monkeypatch.setattr("congocart.asgi.respond", respond)
    app, parts = server(), [bytes([number]) * LIMIT for number in range(3)]

    assert status(Wire(*parts), upload(3 * LIMIT), app) == 200
    assert seen == [True, b"".join(parts), str(3 * LIMIT)]
    assert (app.uploads, app.places) == (UPLOADS, LARGE_BODIES)


def test_a_file_has_a_limit_a_time_and_a_place(settings: Any):
    settings.MEDIA = replace(settings.MEDIA, max_bytes=LIMIT)
    app = server()

    assert status(Wire(b"x"), upload(2 * LIMIT + 1), app) == 413
    endless = scope(
        path="/api/v1/products/mug/media",
        transfer__encoding="chunked",
        content__type="multipart/form-data; boundary=b",
    )
    assert status(Wire(*[b"x" * LIMIT] * 9, whole=False), endless, app) == 413
    assert status(Wire(b"x" * LIMIT, None, whole=False), upload(2 * LIMIT), app) == 400
    assert (app.uploads, app.places) == (UPLOADS, LARGE_BODIES)

    app.uploads = 0
    assert status(Wire(b"x" * LIMIT, b"x" * LIMIT), upload(2 * LIMIT), app) == 503
    app.upload_seconds = 0.01
    assert status(Wire(b"x", whole=False), upload(2 * LIMIT), app) == 408
    assert app.uploads == 0


def test_headers_are_passed_on_as_pep_3333_says():
    environ = environ_of(
        scope(path="/é", content__type="a/b", content__length="3", x__request__id="é")
        | {"query_string": b"a=1"}
    )

    assert environ["PATH_INFO"] == "/Ã©"
    assert environ["CONTENT_TYPE"] == "a/b"
    assert environ["CONTENT_LENGTH"] == "3"
    assert environ["HTTP_X_REQUEST_ID"] == "é"
    assert environ["REMOTE_ADDR"] == "192.0.2.7"


def test_a_header_that_comes_twice_is_joined_and_no_other_name_passes_for_it():
    request = scope()
    request["headers"] = [
        (b"x-forwarded-for", b"192.0.2.1"),
        (b"x_forwarded_for", b"192.0.2.9"),
        (b"x-forwarded-for", b"192.0.2.2"),
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
    ]
    environ = environ_of(request)

    assert environ["HTTP_X_FORWARDED_FOR"] == "192.0.2.1,192.0.2.2"
    assert environ["HTTP_COOKIE"] == "a=1; b=2"


@pytest.mark.parametrize("given", ["9", "9" * 400])
def test_a_length_however_long_is_compared_in_a_moment(given):
    assert status(Wire(b"{}"), scope(content__length=given)) == (404 if given == "9" else 413)


FILE = "/static/backoffice/favicon.svg"


def test_a_file_is_sent_by_the_server_and_a_part_of_one_by_us():
    whole, part = Wire(), Wire()

    assert status(whole, scope("GET", FILE)) == 200
    assert whole.got[1]["type"] == "http.response.pathsend"
    assert whole.got[1]["path"].endswith(FILE)
    assert status(part, scope("GET", FILE, range="bytes=1-3")) == 206
    assert part.got[1]["body"] == Path(whole.got[1]["path"]).read_bytes()[1:4]

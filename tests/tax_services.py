"""Tax services on the loopback: real servers that answer as they are told."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class Service:
    """A server of JSON. `answer` is what it says: a value, or bytes as they are.

    `seconds` go by before it says a thing, or, with `drips`, between two of its bytes.
    """

    def __init__(self, url: str = "") -> None:
        self.answer: Any = {}
        self.status = 200
        self.seconds = 0.0
        self.drips = False
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.url = url

    def respond(self, request: BaseHTTPRequestHandler) -> None:
        length = int(request.headers["Content-Length"])
        self.asked.append(json.loads(request.rfile.read(length)))
        self.headers.append(dict(request.headers))
        content = self.answer
        if not isinstance(content, bytes):
            content = json.dumps(content).encode()
        head = f"HTTP/1.1 {self.status} X\r\nContent-Length: {len(content)}\r\n\r\n".encode()
        if not self.drips:
            time.sleep(self.seconds)
            request.wfile.write(head + content)
            return
        for byte in head + content:
            request.wfile.write(bytes([byte]))
            time.sleep(self.seconds)


@contextmanager
def serving_taxes() -> Iterator[Service]:
    """Runs a `Service`; its `url` is where."""
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            try:
                service.respond(self)
            except OSError:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    service.url = f"http://127.0.0.1:{server.server_port}/taxes"
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()

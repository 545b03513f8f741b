"""The ASGI application that the server's workers run: Django's WSGI one, in threads.

A body is read here, by the event loop, under a time limit, before a thread is taken: one
that never comes holds a socket and nothing else. Why: docs/adr/0012-application-server.md.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from io import BufferedReader, BytesIO
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any

from django.conf import settings
from django.http import StreamingHttpResponse

from congocart.wsgi import application as django
from core.errors import CongoCartError, Invalid, Unavailable
from core.http.error_pages import REFUSED_BODY
from core.http.problems import BodyTooSlow
from core.http.uploads import body_limit

# A body this long waits for one of a few places, so that memory is bounded.
LARGE_BODY_BYTES = 64 * 1024
LARGE_BODIES = 32
# Files that are on their way at a time, each on the disk and not in memory.
UPLOADS = 4

# What hashes a password for everyone who asks: half of the threads do so at a time, and so many
# more requests wait here, where waiting takes no thread. The rest is up to `accounts.hashers`.
HASHING = frozenset({"/api/v1/auth/register", "/api/v1/auth/token", "/admin/login/"})
QUEUED_LOGINS = 32

Scope = Mapping[str, Any]
Message = dict[str, Any]
Environ = dict[str, Any]
Response = tuple[int, list[tuple[bytes, bytes]], "bytes | Path | Stream"]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class DjangoInThreads:
    """Django behind ASGI, in as many threads as there are connections to the database."""

    def __init__(
        self, *, threads: int, body_seconds: float, body_bytes: int, upload_seconds: float = 60
    ) -> None:
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self.body_seconds = body_seconds
        self.body_bytes = body_bytes
        self.upload_seconds = upload_seconds
        self.places = LARGE_BODIES
        self.uploads = UPLOADS
        self.hashing = asyncio.Semaphore(max(1, threads // 2))
        self.logins = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        environ = environ_of(scope)
        limit = max(self.body_bytes, body_limit(scope["path"], environ.get("CONTENT_TYPE", "")))
        body = Body(limit, in_memory=self.body_bytes)
        try:
            if _has_body(scope, environ):
                await self._read_body(environ, body, receive)
            if scope["path"] == "/livez" or REFUSED_BODY in environ:
                # It waits for nothing, so it need not wait for a thread.
                status, headers, content = respond(environ)
            else:
                loop = asyncio.get_running_loop()
                async with self._turn(scope["path"]):
                    status, headers, content = await loop.run_in_executor(
                        self.threads, respond, environ
                    )
        finally:
            self.places += body.length > LARGE_BODY_BYTES
            self.uploads += body.is_on_disk
            body.discard()
        await send({"type": "http.response.start", "status": status, "headers": headers})
        if isinstance(content, bytes):
            await send({"type": "http.response.body", "body": content})
        elif isinstance(content, Stream):
            await self._send_parts(content, send)
        else:
            await send({"type": "http.response.pathsend", "path": str(content)})

    async def _send_parts(self, content: Stream, send: Send) -> None:
        """Take a thread for each part, and none while the client reads: it may be slow."""
        loop = asyncio.get_running_loop()
        try:
            while part := await loop.run_in_executor(self.threads, content.next_part):
                await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            await loop.run_in_executor(self.threads, content.response.close)

    @asynccontextmanager
    async def _turn(self, path: str) -> AsyncIterator[None]:
        if path not in HASHING or self.logins >= QUEUED_LOGINS:
            yield
            return
        self.logins += 1
        try:
            async with self.hashing:
                yield
        finally:
            self.logins -= 1

    async def _read_body(self, environ: Environ, body: Body, receive: Receive) -> None:
        """Read into `body` and put it into `environ`, or why it is refused.

        Of a body that is too large at most one byte more than the limit is kept, and nothing
        is read when it says so itself: its length is enough for Django to refuse it.
        """
        given = environ.get("CONTENT_LENGTH", "")
        length = int(given[:12]) if given.isdecimal() else None
        if length is not None and length > body.limit:
            return
        is_upload = body.limit > self.body_bytes
        try:
            async with asyncio.timeout(self.upload_seconds if is_upload else self.body_seconds):
                refusal = await self._receive_into(body, length, receive)
        except TimeoutError:
            refusal = BodyTooSlow()
        if refusal is not None:
            environ[REFUSED_BODY] = refusal
        environ["CONTENT_LENGTH"] = str(body.length)
        environ["wsgi.input"] = body.rewound()

    async def _receive_into(
        self, body: Body, length: int | None, receive: Receive
    ) -> CongoCartError | None:
        message: Message = {"more_body": length != 0}
        while message.get("more_body") and body.length <= body.limit and body.length != length:
            message = await receive()
            if message["type"] == "http.disconnect":
                return Invalid("The body ended too early.")
            was_large, was_on_disk = body.length > LARGE_BODY_BYTES, body.is_on_disk
            body.add(message.get("body", b""))
            self.places -= body.length > LARGE_BODY_BYTES and not was_large
            self.uploads -= body.is_on_disk and not was_on_disk
            if self.places < 0 or self.uploads < 0:
                return Unavailable("Too many large bodies are on their way.", retry_after=1)
        return None


class Body:
    """A body as it arrives: up to `in_memory` bytes there, beyond them in a temporary file.

    Of one that is longer than `limit`, one byte more is kept, which is enough to refuse it.
    """

    def __init__(self, limit: int, *, in_memory: int) -> None:
        self.limit = limit
        self.length = 0
        self._in_memory = in_memory
        self._file: BytesIO | SpooledTemporaryFile[bytes] = BytesIO()
        if limit > in_memory:
            self._file = SpooledTemporaryFile(max_size=in_memory)  # noqa: SIM115 - see `discard`

    @property
    def is_on_disk(self) -> bool:
        """Whether it is too long for the memory."""
        return self.limit > self._in_memory < self.length

    def add(self, part: bytes) -> None:
        """Append what has come, up to the limit and one byte."""
        self.length += self._file.write(part[: self.limit + 1 - self.length])

    def rewound(self) -> BytesIO | SpooledTemporaryFile[bytes]:
        """Return it as a file, at its beginning."""
        self._file.seek(0)
        return self._file

    def discard(self) -> None:
        """Delete the file, if there is one."""
        self._file.close()


class File:
    """A file that Django responds with (PEP 3333, `wsgi.file_wrapper`)."""

    def __init__(self, file: Any, block_size: int) -> None:
        self.file = file
        self.block_size = block_size
        self.close = file.close

    def __iter__(self) -> Iterator[bytes]:
        while block := self.file.read(self.block_size):
            yield block

    @property
    def path(self) -> Path | None:
        """Where it is, if it is all of a file on the disk: then the server sends it in parts."""
        whole = isinstance(self.file, BufferedReader) and self.file.tell() == 0
        return Path(self.file.name) if whole and isinstance(self.file.name, str) else None


class Stream:
    """A response whose parts are made while it is sent, such as a long table."""

    def __init__(self, response: StreamingHttpResponse) -> None:
        self.response = response
        self.parts = iter(response)

    def next_part(self) -> bytes:
        """Return the next part that is not empty, or nothing at the end."""
        return next(filter(None, self.parts), b"")


def environ_of(scope: Scope) -> Environ:
    """Return the WSGI environment (PEP 3333) of a request without a body."""
    (client, _), (host, port) = scope["client"], scope["server"]
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "REMOTE_ADDR": client,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": File,
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if "_" in name:
            continue  # It would become another header: `X_Forwarded_For`.
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        between = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{between}{value}" if key in environ else value
    return environ


def respond(environ: Environ) -> Response:
    """Return Django's response: its status, its headers, and its body, its file or its parts."""
    started: list[Any] = []
    written: list[bytes] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], _: Any = None, /
    ) -> Callable[[bytes], object]:
        started[:] = int(status[:3]), headers
        return written.append

    chunks: Iterable[bytes] = django(environ, start_response)
    body: bytes | Path | Stream
    if isinstance(chunks, StreamingHttpResponse):
        body = Stream(chunks)
    else:
        try:
            path = chunks.path if isinstance(chunks, File) else None
            body = path or b"".join([*written, *chunks])
        finally:
            if close := getattr(chunks, "close", None):
                close()
    status, headers = started
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    return status, encoded, body


def _has_body(scope: Scope, environ: Environ) -> bool:
    """Whether a body follows (RFC 9112, section 6; HTTP/2 need not say so in its head)."""
    if "CONTENT_LENGTH" in environ or "HTTP_TRANSFER_ENCODING" in environ:
        return True
    return scope["http_version"] == "2" and scope["method"] not in ("GET", "HEAD")


application = DjangoInThreads(
    threads=settings.SERVER_THREADS,
    body_seconds=settings.BODY_SECONDS,
    body_bytes=settings.MAX_BODY_BYTES,
    upload_seconds=settings.MEDIA.upload_seconds,
)

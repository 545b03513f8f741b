"""Bodies without a Content-Length: chunked ones of HTTP/1.1, and those of HTTP/2."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def with_length(application: Application, limit: int) -> Application:
    """Gives such bodies a length, because Django takes them for empty.

    At most one byte more than `limit` is read: enough to be refused as too large.
    Nobody reads the body of a GET, so it is left alone.
    """

    def wrapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        reads = environ["REQUEST_METHOD"] in ("GET", "HEAD")
        if not reads and "CONTENT_LENGTH" not in environ and environ.get("wsgi.input_terminated"):
            body = environ["wsgi.input"].read(limit + 1)
            environ["CONTENT_LENGTH"] = str(len(body))
            environ["wsgi.input"] = BytesIO(body)
        return application(environ, start_response)

    return wrapped

"""Request bodies as the server passes them on: without a Content-Length, or left unread."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def with_length(application: Application, limit: int) -> Application:
    """Give bodies without a length one, because Django takes them for empty.

    Those are chunked ones of HTTP/1.1, and some of HTTP/2. At most one byte more than
    `limit` is read: enough to be refused as too large. Nobody reads such a body of a GET,
    so it is left alone. A body of a known length is read to its end, unless it is too large.
    """

    def wrapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        terminated = environ.get("wsgi.input_terminated")
        if terminated and "CONTENT_LENGTH" in environ:
            response = application(environ, start_response)
            # Take what nobody has read, such as the body of a 401 or of an unknown path. The
            # server would close the connection with the rest of the request still to come,
            # and not say so: the client's next request on it would get no response at all.
            length = str(environ["CONTENT_LENGTH"])
            if length.isdecimal() and 0 < int(length[:12]) <= limit:
                environ["wsgi.input"].read(limit)
            return response
        if terminated and environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            body = environ["wsgi.input"].read(limit + 1)
            environ["CONTENT_LENGTH"] = str(len(body))
            environ["wsgi.input"] = BytesIO(body)
        return application(environ, start_response)

    return wrapped

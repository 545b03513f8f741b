"""A cache of public responses, as bytes, valid until anything at all is committed.

A response is stored under the snapshot that was current before it was read. The next
request asks for the current snapshot, and gets the stored response only if it is still the
same: it says what a new read would say, stock included. A snapshot never comes back
once something was committed, so there is nothing to invalidate and no time to live.
Under constant writes every lookup misses, at the price of one statement that reads no
table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from core.db.snapshots import current_snapshot
from core.http.json import dumps
from core.http.versions import is_current

CACHE_CONTROL = "public, no-cache"
MAX_BYTES = 8 * 1024 * 1024
_OVERHEAD = 500


class _Cache:
    """The responses under one snapshot, in one process."""

    def __init__(self, snapshot: str | None) -> None:
        self.snapshot = snapshot
        self.responses: dict[str, tuple[bytes, str]] = {}
        self.bytes_left = MAX_BYTES

    def keep(self, name: str, response: tuple[bytes, str]) -> None:
        self.bytes_left -= len(name) + len(response[0]) + _OVERHEAD
        if self.bytes_left > 0:
            self.responses[name] = response


_cache = _Cache(None)


def public_response(
    request: Request, read: Callable[[], Any], *, keep: bool = True, clock: str = "0"
) -> HttpResponse:
    """Respond to a GET that is the same for everyone, with an ETag; 304 if the client has it.

    `read` makes the body from nothing but the URL and the database. Caches may store the
    response but have to ask each time, because stock changes with every order. A response
    that hardly anyone else will ask for is better not stored here. `clock`: see
    `current_snapshot`.
    """
    name = request.build_absolute_uri()
    body, tag = _cached(name, read, clock) if keep else _tagged(read())
    headers = {"ETag": f'"{tag}"', "Cache-Control": CACHE_CONTROL}
    if is_current(request, tag):
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(body, content_type="application/json", headers=headers)


def _cached(name: str, read: Callable[[], Any], clock: str) -> tuple[bytes, str]:
    global _cache  # noqa: PLW0603 -- replaced as a whole, so that threads need no lock
    snapshot = current_snapshot(clock=clock)
    cache = _cache
    if snapshot is None or snapshot != cache.snapshot:
        cache = _Cache(snapshot)
    elif name in cache.responses:
        return cache.responses[name]
    response = _tagged(read())
    if snapshot is not None:
        cache.keep(name, response)
        _cache = cache
    return response


def _tagged(data: Any) -> tuple[bytes, str]:
    body = dumps(data)
    return body, hashlib.blake2b(body, digest_size=12).hexdigest()

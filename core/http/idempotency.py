"""Idempotency-Key: a retried request gets the first one's response, and its effect once.

The key's row is written in the transaction of the effect, so there is never one
without the other. While the first request runs, a transaction-level advisory
lock marks it; PostgreSQL drops that lock with the connection, so a crashed
process blocks nobody. Between the phases of a `two_step` the row is leased for as
long as this process renews the lease, and names the recovery point.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.db import DatabaseError
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from core.db.transactions import Effect, RunAgain, current_effect
from core.errors import Conflict, CongoCartError, Invalid, ResourceBusy, Unprocessable
from core.http.callers import caller_of
from core.http.idempotency_store import RETENTION, KeyStore, StoredResponse
from core.http.json import dumps
from core.http.leases import keeper, retry_after
from core.http.problems import CONTENT_TYPE, headers_of, http_status_of, problem_of

T = TypeVar("T")

_VALID = re.compile(r"[\x20-\x7e]{1,255}\Z")


class IdempotencyKeyInvalid(Invalid):
    """An Idempotency-Key has 1 to 255 printable ASCII characters."""

    code = "invalid_idempotency_key"


class IdempotencyKeyReused(Unprocessable):
    """The Idempotency-Key was used before with another request body."""

    code = "idempotency_key_reused"


class IdempotencyInProgress(Conflict):
    """The first request with this Idempotency-Key is still running."""

    code = "idempotency_in_progress"


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """What a write responds with, before it is encoded."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


def write(
    request: Request,
    operation: Callable[[], T],
    present: Callable[[T], ApiResponse],
    *,
    consumes_credential: bool = False,
    content: bytes | None = None,
) -> HttpResponse:
    """Run a use case for a POST, PATCH, PUT or DELETE, once per Idempotency-Key.

    `operation` calls the `use_case` or `two_step` that the key stands for before any other.
    `present` makes the response from its result. With a key it runs inside the transaction
    that stores the response, so it must not need the network. It may raise a `CongoCartError`
    to refuse without undoing the effect, such as a declined payment that was recorded.

    `consumes_credential` is for an operation that checks, before its use case, what its
    own success invalidates: a password, a link, an account. A retry is refused there,
    and still gets the response of the first request.
    `content` stands for a body that is not kept in memory: a file.
    """
    key = key_of(request)
    if key is None:
        return _http_response(_encoded(present(operation())))
    effect = _StoredEffect(request, key, present, request.body if content is None else content)
    token = current_effect.set(effect)
    try:
        result = operation()
    except _Replay as replay:
        return _http_response(replay.stored, {"Idempotent-Replayed": "true"})
    except Exception as error:
        effect.release()
        if consumes_credential and (stored := effect.earlier_response(error)):
            return _http_response(stored, {"Idempotent-Replayed": "true"})
        raise
    finally:
        current_effect.reset(token)
        keeper.let_go(effect.holder)
    return _http_response(effect.response_to(result))


def key_of(request: Request) -> str | None:
    """Return the Idempotency-Key of a request, if it has one. Raises `IdempotencyKeyInvalid`."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not _VALID.match(key):
        raise IdempotencyKeyInvalid
    return key


def purge(*, now: datetime) -> int:
    """Delete the keys that are no longer honored; return how many."""
    return KeyStore.purge(before=now - RETENTION)


class _Replay(Exception):
    """The request has been responded to before."""

    def __init__(self, stored: StoredResponse) -> None:
        self.stored = stored


class _StoredEffect(Effect):
    """Claims one key and stores its response, inside the atomic phases of an operation."""

    def __init__(
        self, request: Request, key: str, present: Callable[[Any], ApiResponse], body: bytes
    ) -> None:
        self.store = KeyStore(
            scope=f"{caller_of(request).scope}\n{request.method}\n{request.path}\n{key}",
            body=body,
        )
        self.present = present
        self.holder = uuid4()
        self.claimed = False
        self.leased = False
        self.stored: StoredResponse | None = None

    def claim(self) -> UUID | None:
        self.claimed = self.leased = False
        row = self.store.locked_row(timezone.now())
        if row is None:
            raise IdempotencyInProgress(retry_after=1)
        if row.reused:
            raise IdempotencyKeyReused
        if row.response is not None:
            raise _Replay(row.response)
        if row.leased_for > 0:
            raise IdempotencyInProgress(retry_after=retry_after(row.leased_for))
        self.claimed = True
        return row.recovery_point

    def lease(self, point: UUID) -> None:
        if not self.store.lease(point, self.holder, timezone.now()):
            raise RunAgain
        self.leased = True
        keeper.hold(self.holder, self.store.id)

    def respond(self, result: Any) -> None:
        response, final = self._presented(result)
        if final and not self._keep(response, over_lease=self.leased):
            if not self.leased:
                raise RunAgain
            # The lease ran out and another attempt finished first. What this transaction
            # recorded stays; the client gets the response of the other attempt.
            response = self.store.response() or response
        self.stored = response if final else None

    def refuse(self, error: CongoCartError) -> None:
        if not self.claimed or not _is_final(error):
            return
        # Not over the lease of another: it may have the effect that is refused here.
        if self._keep(_refusal(error), over_lease=False):
            return
        if not self.leased:
            raise RunAgain
        if response := self.store.response():
            raise _Replay(response)
        raise IdempotencyInProgress(retry_after=1)

    def response_to(self, result: Any) -> StoredResponse:
        """Return the response that was stored with the effect, or one that a retry may not get."""
        if self.stored is None:
            self.release()
            return self._presented(result)[0]
        return self.stored

    def earlier_response(self, error: Exception) -> StoredResponse | None:
        """Return the response that the same request got while its credential was still good.

        None when the refusal says to wait, or a known key would be a way around the lockout.
        """
        if not isinstance(error, CongoCartError) or not _is_final(error):
            return None
        return self.store.response_to_this_body(timezone.now())

    def release(self) -> None:
        """End the lease, so that a retry need not wait after the operation failed halfway."""
        if self.leased:
            with contextlib.suppress(DatabaseError):
                self.store.release(self.holder)

    def _keep(self, response: StoredResponse, *, over_lease: bool) -> bool:
        return self.store.keep(response, self.holder, timezone.now(), over_lease=over_lease)

    def _presented(self, result: Any) -> tuple[StoredResponse, bool]:
        """Make the response; tell whether a retry gets the same one.

        A 202 between two phases tells that the outcome is open: a retry goes on from the
        recovery point and is told how it went.
        """
        try:
            response = _encoded(self.present(result))
        except CongoCartError as error:
            return _refusal(error), _is_final(error)
        return response, not (response.status == 202 and self.leased)


def _is_final(error: CongoCartError) -> bool:
    """Tell whether a retry with the same key should get the same refusal."""
    passing = isinstance(error, ResourceBusy) or error.retry_after is not None
    return http_status_of(error) < 500 and not passing


def _refusal(error: CongoCartError) -> StoredResponse:
    headers = {"Content-Type": CONTENT_TYPE, **headers_of(error)}
    return StoredResponse(http_status_of(error).value, headers, dumps(problem_of(error)))


def _encoded(response: ApiResponse) -> StoredResponse:
    if response.body is None:
        return StoredResponse(int(response.status), dict(response.headers), b"")
    headers = {"Content-Type": "application/json", **response.headers}
    return StoredResponse(int(response.status), headers, dumps(response.body))


def _http_response(stored: StoredResponse, extra: Mapping[str, str] | None = None) -> HttpResponse:
    response = HttpResponse(stored.body, status=stored.status)
    del response["Content-Type"]
    for name, value in {**stored.headers, **(extra or {})}.items():
        response[name] = value
    return response

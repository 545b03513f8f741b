"""The refusals of an operation: the ones of its kind, and the ones it declares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from core import errors as kinds
from core.errors import CongoCartError, FieldError
from core.http.idempotency import (
    IdempotencyInProgress,
    IdempotencyKeyInvalid,
    IdempotencyKeyReused,
)
from core.http.json import BodyTooComplex
from core.http.openapi import components
from core.http.pagination import InvalidCursor
from core.http.problems import (
    CONTENT_TYPE,
    BodyTooSlow,
    InternalError,
    http_status_of,
    problem_of,
)

REQUEST_ID = "0197f3a1-7b1c-7c3e-9b1a-2f6f0e1d2c3b"


@dataclass(frozen=True, slots=True)
class Kind:
    """What decides which refusals an operation shares with others."""

    writes: bool
    has_path_parameters: bool
    takes_token: bool
    needs_token: bool
    needs_role: bool
    versioned: bool
    paginated: bool


def problem_responses(
    kind: Kind, declared: Iterable[type[CongoCartError]]
) -> dict[str, dict[str, Any]]:
    """Return the responses of all refusals, each code with an example."""
    by_status: dict[int, dict[str, CongoCartError]] = defaultdict(dict)
    for error in (*(error() for error in declared), *_shared(kind)):
        by_status[http_status_of(error).value].setdefault(error.code, error)
    return {
        str(status): _response(list(errors.values()))
        for status, errors in sorted(by_status.items())
    }


def _shared(kind: Kind) -> Iterator[CongoCartError]:
    yield kinds.Invalid(errors=[FieldError("/name", "required", "This field is required.")])
    if kind.paginated:
        yield InvalidCursor()
    if kind.needs_token:
        yield kinds.Unauthenticated()
    if kind.takes_token:
        yield kinds.InvalidToken()
    if kind.needs_role:
        yield kinds.Forbidden()
    if kind.has_path_parameters:
        yield kinds.NotFound()
    if kind.writes:
        yield IdempotencyKeyInvalid()
        yield IdempotencyInProgress(retry_after=1)
        yield kinds.ResourceBusy(retry_after=1)
        yield IdempotencyKeyReused()
        yield BodyTooComplex()
        yield BodyTooSlow()
        yield kinds.TooLarge()
        yield kinds.UnsupportedMediaType()
    if kind.writes and kind.versioned:
        yield kinds.VersionMismatch()
    yield kinds.TooManyRequests(retry_after=1)
    yield InternalError()
    yield kinds.Unavailable(retry_after=1)


def _response(errors: list[CongoCartError]) -> dict[str, Any]:
    retried = any(error.retry_after is not None for error in errors)
    return {
        "description": " ".join(f"`{error.code}`: {error.detail}" for error in errors),
        "headers": components.headers(
            "X-Request-ID",
            *(["Retry-After"] if retried else []),
            *(["WWW-Authenticate"] if http_status_of(errors[0]) == 401 else []),
        ),
        "content": {
            CONTENT_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {
                    error.code: {"value": {**problem_of(error), "request_id": REQUEST_ID}}
                    for error in errors
                },
            }
        },
    }

"""Every refusal as an RFC 9457 problem document. HTTP statuses are here and nowhere else."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from http import HTTPStatus
from itertools import islice
from typing import Any

import structlog
from django.core.exceptions import (
    BadRequest,
    DisallowedHost,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import OperationalError
from django.http import Http404, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from rest_framework import exceptions as drf

from core import errors as kinds
from core.errors import CongoCartError, FieldError, json_pointer
from core.http.json import dumps
from core.http.request_ids import current_request_id
from core.http.throttling import counted_refusal

CONTENT_TYPE = "application/problem+json"
MAX_ERRORS = 100
# A name that the client made up, and a detail that quotes a value, may be a megabyte long.
MAX_POINTER_LENGTH = 200
MAX_DETAIL_LENGTH = 1_000

STATUSES: dict[type[CongoCartError], HTTPStatus] = {
    kinds.Invalid: HTTPStatus.BAD_REQUEST,
    kinds.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    kinds.PaymentRequired: HTTPStatus.PAYMENT_REQUIRED,
    kinds.Forbidden: HTTPStatus.FORBIDDEN,
    kinds.NotFound: HTTPStatus.NOT_FOUND,
    kinds.Conflict: HTTPStatus.CONFLICT,
    kinds.PreconditionFailed: HTTPStatus.PRECONDITION_FAILED,
    kinds.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    kinds.UnsupportedMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    kinds.Unprocessable: HTTPStatus.UNPROCESSABLE_ENTITY,
    kinds.TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    kinds.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}


class MethodNotAllowed(CongoCartError):
    """The resource does not support that method."""

    code = "method_not_allowed"


class BodyTooSlow(CongoCartError):
    """The body did not arrive in time."""

    code = "request_timeout"


class InternalError(CongoCartError):
    """Something went wrong on our side. It has been recorded under this request id."""

    code = "internal_error"


STATUSES |= {
    MethodNotAllowed: HTTPStatus.METHOD_NOT_ALLOWED,
    BodyTooSlow: HTTPStatus.REQUEST_TIMEOUT,
    InternalError: HTTPStatus.INTERNAL_SERVER_ERROR,
}

# DRF's own messages name the types of Python.
_IN_JSON = {"not_a_list": "Expected an array.", "not_a_dict": "Expected an object."}

log = structlog.get_logger(__name__)


def http_status_of(error: CongoCartError | type[CongoCartError]) -> HTTPStatus:
    """Return the HTTP status of an error, inherited from its kind."""
    kind = error if isinstance(error, type) else type(error)
    return next(STATUSES[base] for base in kind.__mro__ if base in STATUSES)


def problem_of(error: CongoCartError) -> dict[str, Any]:
    """Return the members of the problem document that tells the client about `error`."""
    status = http_status_of(error)
    body: dict[str, Any] = {
        "type": f"urn:congocart:problem:{error.code}",
        "title": error.code.replace("_", " ").capitalize(),
        "status": status.value,
        "detail": error.detail,
        "code": error.code,
        "request_id": current_request_id(),
        **error.extra,
    }
    if error.errors:
        body["errors"] = [
            {
                "pointer": item.pointer[:MAX_POINTER_LENGTH],
                "code": item.code,
                "detail": item.detail[:MAX_DETAIL_LENGTH],
            }
            for item in error.errors[:MAX_ERRORS]
        ]
    return body


def headers_of(error: CongoCartError) -> dict[str, str]:
    """Return the response headers that belong to `error`."""
    headers = {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, kinds.InvalidToken):  # RFC 6750, section 3.1
        headers["WWW-Authenticate"] = 'Bearer realm="congocart", error="invalid_token"'
    elif http_status_of(error) is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="congocart"'
    return headers


def problem_response(error: CongoCartError) -> HttpResponse:
    """Make a finished response, with or without DRF around it."""
    return HttpResponse(
        dumps(problem_of(error)),
        status=http_status_of(error),
        content_type=CONTENT_TYPE,
        headers=headers_of(error),
    )


def exception_handler(exception: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Turn what a view raised into a problem document, bugs excepted; called by DRF."""
    error = as_congocart_error(exception)
    if error is None:
        return None
    if http_status_of(error) >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error(error.code, exc_info=exception)
        return problem_response(error)
    return problem_response(counted_refusal(error, context["request"], context["view"]))


_TRANSLATIONS: tuple[tuple[type[Exception], Callable[[Any], CongoCartError]], ...] = (
    (CongoCartError, lambda error: error),
    (
        drf.ValidationError,
        lambda error: kinds.Invalid(errors=list(islice(field_errors(error.detail), MAX_ERRORS))),
    ),
    (drf.ParseError, lambda error: kinds.Invalid(str(error.detail))),
    (drf.NotAuthenticated, lambda _: kinds.Unauthenticated()),
    (
        drf.AuthenticationFailed,
        lambda error: kinds.Unauthenticated(error.detail if isinstance(error.detail, str) else ""),
    ),
    (drf.PermissionDenied, lambda _: kinds.Forbidden()),
    (PermissionDenied, lambda _: kinds.Forbidden()),
    (drf.NotFound, lambda _: kinds.NotFound()),
    (Http404, lambda _: kinds.NotFound()),
    (drf.MethodNotAllowed, lambda _: MethodNotAllowed()),
    (drf.UnsupportedMediaType, lambda _: kinds.UnsupportedMediaType()),
    (drf.Throttled, lambda error: kinds.TooManyRequests(retry_after=math.ceil(error.wait or 1))),
    (RequestDataTooBig, lambda _: kinds.TooLarge()),
    (DisallowedHost, lambda _: kinds.Invalid("This host is not served here.")),
    (SuspiciousOperation, lambda _: kinds.Invalid()),
    (BadRequest, lambda _: kinds.Invalid()),
    (MultiPartParserError, lambda _: kinds.Invalid()),
    # The database is away, restarting or overloaded.
    (OperationalError, lambda _: kinds.Unavailable(retry_after=1)),
    (UnreadablePostError, lambda _: kinds.Invalid("The body ended too early.")),
)


def as_congocart_error(exception: Exception) -> CongoCartError | None:
    """Translate an exception of ours, of DRF or of Django into our error; None for a bug."""
    for kind, translate in _TRANSLATIONS:
        if isinstance(exception, kind):
            return translate(exception)
    return None


def field_errors(detail: Any, pointer: str = "") -> Iterator[FieldError]:
    """Flatten DRF's nested error detail into one entry per problem."""
    if isinstance(detail, dict):
        for key, value in detail.items():
            own = key == "non_field_errors"
            yield from field_errors(value, pointer if own else json_pointer(pointer, key))
    elif isinstance(detail, list):
        for index, item in enumerate(detail):
            nested = isinstance(item, dict | list)
            yield from field_errors(item, json_pointer(pointer, index) if nested else pointer)
    else:
        code = getattr(detail, "code", None) or "invalid"
        yield FieldError(pointer, code, _IN_JSON.get(code) or str(detail))

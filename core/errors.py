"""The one error hierarchy: every refusal CongoCart gives is a `CongoCartError`.

The kinds say what sort of refusal it is; each app derives its own errors from
them in its `domain.py`. The docstring of an error is its default message, so
reading the class is reading what the client is told. HTTP statuses are assigned
in `core/http/problems.py` and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self


@dataclass(frozen=True, slots=True)
class FieldError:
    """One invalid value, located by an RFC 6901 JSON pointer into the request body."""

    pointer: str
    code: str
    detail: str


def json_pointer(parent: str, token: str | int) -> str:
    """Return the RFC 6901 pointer of a member or an element, `~` and `/` in its name escaped."""
    return f"{parent}/{str(token).replace('~', '~0').replace('/', '~1')}"


def nul_error(pointer: str) -> FieldError:
    """Return the error for a NUL character, which PostgreSQL cannot store in a text."""
    return FieldError(pointer, "null_characters_not_allowed", "NUL characters are not allowed.")


class CongoCartError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "error"

    def __init__(
        self,
        detail: str = "",
        *,
        errors: Sequence[FieldError] = (),
        retry_after: int | None = None,
        **extra: Any,
    ) -> None:
        """`retry_after` is in seconds; `extra` becomes members of the problem document."""
        self.detail = detail or (type(self).__doc__ or "").strip().splitlines()[0]
        self.errors = tuple(errors)
        self.retry_after = retry_after
        self.extra: Mapping[str, Any] = extra
        super().__init__(self.detail)

    def at(self, pointer: str) -> Self:
        """Name the one value of the request that the refusal is about; return the error itself."""
        self.errors = (FieldError(pointer, self.code, self.detail),)
        return self


class Invalid(CongoCartError):
    """The request is not valid."""

    code = "invalid_request"


class Unauthenticated(CongoCartError):
    """Credentials are missing or not valid."""

    code = "not_authenticated"


class InvalidToken(Unauthenticated):
    """The access token is not valid."""

    code = "token_invalid"


class PaymentRequired(CongoCartError):
    """The payment did not succeed."""

    code = "payment_required"


class Forbidden(CongoCartError):
    """Your role does not allow this."""

    code = "permission_denied"


class NotFound(CongoCartError):
    """There is nothing here that you may see."""

    code = "not_found"


class Conflict(CongoCartError):
    """The current state does not allow this."""

    code = "conflict"


class PreconditionFailed(CongoCartError):
    """The resource has changed since you read it."""

    code = "version_mismatch"


class TooLarge(CongoCartError):
    """The request is larger than allowed."""

    code = "payload_too_large"


class UnsupportedMediaType(CongoCartError):
    """Send the body as application/json."""

    code = "unsupported_media_type"


class Unprocessable(CongoCartError):
    """The request is well-formed but cannot be applied."""

    code = "unprocessable"


class TooManyRequests(CongoCartError):
    """Too many requests; slow down."""

    code = "rate_limited"


class Unavailable(CongoCartError):
    """The service cannot respond right now."""

    code = "service_unavailable"


class ResourceBusy(Conflict):
    """This is being changed by another request; try again."""

    code = "resource_busy"


class VersionMismatch(PreconditionFailed):
    """The resource has changed since you read it; read it again and repeat."""

    code = "version_mismatch"

"""The one place where a violated constraint becomes a domain error."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import DatabaseError
from psycopg import errors as pg

from core.errors import CongoCartError

_errors: dict[str, type[CongoCartError]] = {}


def register(errors: Mapping[str, type[CongoCartError]]) -> None:
    """Declare, beside the models, what the violation of a named constraint means."""
    _errors.update(errors)


def domain_error_for(error: DatabaseError) -> CongoCartError | None:
    """Return the domain error that stands for `error`, or None when none was registered."""
    cause = error.__cause__
    if not isinstance(cause, pg.IntegrityError):
        return None
    kind = _errors.get(cause.diag.constraint_name or "")
    return kind() if kind else None

"""Keyset pagination: a page costs the same at any depth and rows never repeat or go missing.

A cursor is the sort key of a row, opaque to clients. The next page is what sorts
after it, found by comparing keys, which an index on the ordering can response.
Sort keys must not be NULL, nor floating point: their JSON has to be their exact value.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import orjson
from django.db.models import Q, QuerySet
from rest_framework.request import Request

from core.errors import FieldError, Invalid

R = TypeVar("R")

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
_WHOLE = re.compile(r"[0-9]{1,9}\Z", re.ASCII)
_LARGEST = 2**63 - 1


class InvalidCursor(Invalid):
    """The cursor is not one that this list has given out."""

    code = "invalid_cursor"


@dataclass(frozen=True, slots=True)
class Ordering:
    """The sort keys of a list: name, whether it descends, and what reads it from its JSON value.

    The last key has to be unique. `name` tells the cursors of one ordering from another's.
    """

    name: str
    keys: tuple[tuple[str, bool, Callable[[Any], Any]], ...]

    def terms(self, *, backwards: bool) -> list[str]:
        """Return the arguments of `order_by`."""
        return [
            name if descending is backwards else f"-{name}" for name, descending, _ in self.keys
        ]

    def after(self, values: Sequence[Any], *, backwards: bool) -> Q:
        """Select the rows that sort after `values`.

        That is (a, b) > (x, y), spelled out for mixed directions.
        The bound on the first key adds nothing but a range that an index can start from.
        """
        condition = bound = Q()
        for (name, descending, _), value in reversed(list(zip(self.keys, values, strict=True))):
            operator = "lt" if descending is not backwards else "gt"
            further = Q(**{f"{name}__{operator}": value})
            bound = Q(**{f"{name}__{operator}e": value})
            condition = further | Q(**{name: value}) & condition if condition else further
        return bound & condition if len(self.keys) > 1 else condition


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """One page of rows and the links to its neighbours."""

    rows: list[R]
    next: str | None
    previous: str | None

    def body(self, render: Callable[[R], Any]) -> dict[str, Any]:
        """Make the list body of the HTTP contract."""
        return {
            "next": self.next,
            "previous": self.previous,
            "results": [render(row) for row in self.rows],
        }


@dataclass(frozen=True, slots=True)
class _Cursor:
    ordering: str
    values: tuple[Any, ...]
    backwards: bool

    def encode(self) -> str:
        raw = orjson.dumps([self.ordering, self.values, self.backwards])
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def paginate(request: Request, rows: QuerySet[Any, R], ordering: Ordering) -> Page[R]:
    """Read the page of `rows` that `?limit=` and `?cursor=` ask for, in one statement.

    Rows are model instances or the named tuples of `values_list(named=True)`.
    A page before the first row (they may have been deleted) links to the first page.
    Raises `Invalid` or `InvalidCursor`.
    """
    given = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not (_WHOLE.match(given) and 1 <= int(given) <= MAX_LIMIT):
        error = FieldError("/limit", "invalid", f"Expected a whole number from 1 to {MAX_LIMIT}.")
        raise Invalid("The query is not valid.", errors=[error])
    limit = int(given)
    cursor = _decoded(request.query_params.get("cursor"), ordering)
    backwards = cursor is not None and cursor.backwards
    if cursor is not None:
        rows = rows.filter(ordering.after(cursor.values, backwards=backwards))
    found = list(rows.order_by(*ordering.terms(backwards=backwards))[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    has_next = backwards or more
    has_previous = bool(found) and (more if backwards else cursor is not None)
    return Page(
        rows=found,
        next=_link(request, ordering, found[-1:], backwards=False) if has_next else None,
        previous=_link(request, ordering, found[:1], backwards=True) if has_previous else None,
    )


def _decoded(text: str | None, ordering: Ordering) -> _Cursor | None:
    if not text:
        return None
    try:
        padded = text + "=" * (-len(text) % 4)
        name, values, backwards = orjson.loads(base64.b64decode(padded, b"-_", validate=True))
        parsed = tuple(
            _parsed(parse, value)
            for (_, _, parse), value in zip(ordering.keys, values, strict=True)
        )
    except (ValueError, TypeError, AttributeError, OverflowError):
        raise InvalidCursor().at("/cursor") from None
    if name != ordering.name or not isinstance(backwards, bool):
        raise InvalidCursor().at("/cursor")
    return _Cursor(name, parsed, backwards)


def _parsed(parse: Callable[[Any], Any], value: Any) -> Any:
    """Parse a sort key of a cursor. It may be forged: refuse what PostgreSQL cannot compare."""
    key = parse(value)
    if isinstance(key, datetime) and key.tzinfo is not None:
        return key.astimezone(UTC)
    unstorable = isinstance(key, str) and (not isinstance(value, str) or "\0" in key)
    too_large = isinstance(key, int) and abs(key) > _LARGEST
    if key is None or isinstance(key, datetime) or unstorable or too_large:
        raise ValueError(value)
    return key


def _link(request: Request, ordering: Ordering, boundary: Sequence[R], *, backwards: bool) -> str:
    """Link to the page beyond the boundary row of this one; without a row, to the first."""
    query = request.query_params.copy()
    query.pop("cursor", None)
    for row in boundary:
        values = tuple(getattr(row, name) for name, _, _ in ordering.keys)
        query["cursor"] = _Cursor(ordering.name, values, backwards).encode()
    return request.build_absolute_uri(f"?{query.urlencode()}")

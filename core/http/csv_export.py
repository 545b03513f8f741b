"""Tables as CSV (RFC 4180), of any length: read and sent in batches."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes

from core.http.pagination import Ordering

M = TypeVar("M", bound=Model)


# What an operation that responds with `csv_response` declares.
CSV_FILE: dict[int | tuple[int, str], OpenApiTypes] = {(200, "text/csv"): OpenApiTypes.STR}
BATCH = 500
BOM = "\ufeff"
# Spreadsheets take what begins with these for a formula, which can send the sheet elsewhere
# (OWASP, CSV Injection). An apostrophe in front makes it text.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def csv_response(
    rows: QuerySet[M],
    *,
    ordering: Ordering,
    columns: Sequence[str],
    row_of: Callable[[M], Iterable[object]],
    name: str,
    bom: bool = False,
) -> StreamingHttpResponse:
    """Stream `rows` as a file to be stored as `name`; memory does not grow with their number.

    Each batch is read by a statement of its own, from where the one before ended, so that
    nothing stays open in the database while the client reads: it works behind a pooler, too.
    What is written meanwhile may be in it or not. `X-Total-Count` says how many rows there
    will be, so that a client can show its progress.
    """

    def lines() -> Iterator[bytes]:
        yield ((BOM if bom else "") + _lines([columns])).encode()
        for batch in in_batches(rows, ordering):
            yield _lines(row_of(row) for row in batch).encode()
            # Back to the pool: the next batch may be read by another thread.
            if not connection.in_atomic_block:
                connection.close()

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Total-Count"] = str(rows.order_by().count())
    return response


def in_batches(rows: QuerySet[M], ordering: Ordering, *, size: int = BATCH) -> Iterator[list[M]]:
    """Yield all rows in their order, each batch by a statement that an index responds to."""
    rows = rows.order_by(*ordering.terms(backwards=False))
    batch = list(rows[:size])
    while batch:
        yield batch
        if len(batch) < size:
            return
        last = [getattr(batch[-1], name) for name, _, _ in ordering.keys]
        batch = list(rows.filter(ordering.after(last, backwards=False))[:size])


class _Line:
    """A file that keeps nothing: `csv.writer` returns what its `write` returns."""

    def write(self, line: str) -> str:
        return line


def _lines(rows: Iterable[Iterable[object]]) -> str:
    writer: Any = csv.writer(_Line())
    return "".join(writer.writerow([harmless(value) for value in row]) for row in rows)


def harmless(value: object) -> str:
    """Return a value as text that no spreadsheet runs; numbers stay numbers."""
    text = str(value)
    if isinstance(value, int | Decimal) or not text.startswith(_FORMULA_STARTS):
        return text
    return f"'{text}"

"""A paginator that does not count long tables in full."""

from __future__ import annotations

import json
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

EXACT_UP_TO = 10_000


class EstimatingPaginator(Paginator):  # type: ignore[type-arg]
    """Counts up to `EXACT_UP_TO` rows and takes the planner's estimate beyond.

    This bounds the cost of a page of a list, whatever the size of its table.
    """

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        counted = rows.order_by().values("pk")[: EXACT_UP_TO + 1].count()
        return counted if counted <= EXACT_UP_TO else max(counted, estimated_rows(rows))


def estimated_rows(rows: QuerySet[Any]) -> int:
    """Return the number of rows that PostgreSQL's planner expects."""
    (plan,) = json.loads(rows.order_by().values("pk").explain(format="json"))
    return int(plan["Plan"]["Plan Rows"])

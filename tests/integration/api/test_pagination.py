from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import RequestFactory
from django.utils.dateparse import parse_datetime
from rest_framework.request import Request

from catalog.models import Product
from core.http.pagination import Ordering, Page, paginate
from tests.catalog import NOW

pytestmark = pytest.mark.django_db

ID = ("id", False, UUID)
ORDERINGS = [
    Ordering("id", (ID,)),
    Ordering("-id", (("id", True, UUID),)),
    Ordering("title", (("title", False, str), ID)),
    Ordering("-title", (("title", True, str), ("id", True, UUID))),
    Ordering("mixed", (("title", True, str), ID)),
    Ordering("mixed", (("title", False, str), ("created_at", True, parse_datetime), ID)),
    Ordering(
        "deep",
        (
            ("title", True, str),
            ("description", False, str),
            ("created_at", True, parse_datetime),
            ("id", False, UUID),
        ),
    ),
]


@pytest.fixture(autouse=True)
def twins() -> None:
    """Thirteen products with many equal titles, descriptions and times."""
    Product.objects.bulk_create(
        Product(
            slug=f"p{number}",
            title="aAäZ"[number % 4],
            description="xy"[number % 2],
            created_at=NOW - timedelta(microseconds=number % 3),
        )
        for number in range(13)
    )


def page_at(link: str | None, ordering: Ordering, rows: QuerySet[Any, Any]) -> Page[Any]:
    query = {name: values[0] for name, values in parse_qs(urlsplit(link or "").query).items()}
    return paginate(
        Request(RequestFactory().get("/things", {"limit": "4", **query})), rows, ordering
    )


def walk(ordering: Ordering, rows: QuerySet[Any, Any]) -> list[Page[Any]]:
    pages = [page_at(None, ordering, rows)]
    while pages[-1].next and len(pages) < 20:
        pages.append(page_at(pages[-1].next, ordering, rows))
    return pages


@pytest.mark.parametrize("ordering", ORDERINGS, ids=lambda ordering: ordering.name)
@pytest.mark.parametrize("named", [False, True])
def test_every_row_is_shown_once_and_in_order(ordering: Ordering, named: bool) -> None:
    rows: QuerySet[Any, Any] = Product.objects.all()
    if named:
        rows = rows.values_list("id", "title", "description", "created_at", named=True)
    expected = list(
        Product.objects.order_by(*ordering.terms(backwards=False)).values_list("id", flat=True)
    )

    pages = walk(ordering, rows)

    assert [row.id for page in pages for row in page.rows] == expected
    assert [len(page.rows) for page in pages] == [4, 4, 4, 1]
    assert pages[0].previous is None
    assert pages[-1].next is None


@pytest.mark.parametrize("ordering", ORDERINGS, ids=lambda ordering: ordering.name)
def test_the_previous_page_is_the_one_that_came_before(ordering: Ordering) -> None:
    rows = Product.objects.all()

    for before, after in pairwise(walk(ordering, rows)):
        back = page_at(after.previous, ordering, rows)
        assert [row.id for row in back.rows] == [row.id for row in before.rows]
        assert (back.previous is None) == (before.previous is None)
        assert [row.id for row in page_at(back.next, ordering, rows).rows] == [
            row.id for row in after.rows
        ]


def test_rows_added_and_deleted_in_between_move_no_others() -> None:
    ordering, rows = ORDERINGS[2], Product.objects.all()
    first = page_at(None, ordering, rows)
    expected = page_at(first.next, ordering, rows).rows

    first.rows[0].delete()
    first.rows[-1].delete()
    Product.objects.create(slug="new", title="A")

    assert page_at(first.next, ordering, rows).rows == expected


def test_going_back_to_deleted_rows_leads_to_the_first_page() -> None:
    ordering, rows = ORDERINGS[0], Product.objects.all()
    first = page_at(None, ordering, rows)
    second = page_at(first.next, ordering, rows)
    for row in first.rows:
        row.delete()

    back = page_at(second.previous, ordering, rows)

    assert (back.rows, back.previous) == ([], None)
    assert page_at(back.next, ordering, rows).rows == second.rows


def test_a_page_costs_one_statement(django_assert_num_queries: Callable[[int], Any]) -> None:
    first = page_at(None, ORDERINGS[4], Product.objects.all())
    with django_assert_num_queries(1):
        page_at(first.next, ORDERINGS[4], Product.objects.all())


def test_a_deep_page_is_found_by_the_index() -> None:
    ordering = ORDERINGS[3]
    rows = Product.objects.filter(deleted_at=None)
    after = rows.filter(ordering.after(("m", UUID(int=0)), backwards=False))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")

    plan = after.order_by(*ordering.terms(backwards=False))[:5].explain()

    assert "Index Scan Backward using catalog_product_by_title" in plan
    assert "Index Cond: ((title)::text <= 'm'::text)" in plan

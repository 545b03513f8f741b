from __future__ import annotations

import base64
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from django.test import RequestFactory
from hypothesis import example, given
from hypothesis import strategies as st
from rest_framework.request import Request

from catalog.models import Product
from core.errors import Invalid
from core.http.pagination import InvalidCursor, Ordering, paginate

AGE = Ordering("-created", (("created_at", True, datetime.fromisoformat), ("id", True, UUID)))
TITLE = Ordering("title", (("title", False, str), ("id", False, UUID)))
PRICE = Ordering("price", (("position", False, int), ("id", False, UUID)))


def request(**query: str) -> Request:
    return Request(RequestFactory().get("/api/v1/things", query))


def page_of(ordering: Ordering, **query: str) -> Any:
    return paginate(request(**query), Product.objects.none(), ordering)


def cursor(value: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).decode().rstrip("=")


@pytest.mark.parametrize("limit", ["", "0", "-1", "101", "1.0", "1e1", "ten", "١", "1" * 5_000])
def test_a_limit_is_a_whole_number_from_1_to_100(limit: str) -> None:
    with pytest.raises(Invalid) as refusal:
        page_of(TITLE, limit=limit)

    assert [error.pointer for error in refusal.value.errors] == ["/limit"]


@pytest.mark.parametrize("limit", ["1", "100", "007"])
def test_a_limit_in_range_is_taken(limit: str) -> None:
    assert page_of(TITLE, limit=limit).rows == []


@pytest.mark.parametrize(
    ("ordering", "content"),
    [
        (TITLE, None),
        (TITLE, {}),
        (TITLE, []),
        (TITLE, ["title", ["a"], False]),
        (TITLE, ["title", ["a", str(uuid4()), "b"], False]),
        (TITLE, ["title", ["a", "no-id"], False]),
        (TITLE, ["title", ["a", 5], False]),
        (TITLE, ["title", [5, str(uuid4())], False]),
        (TITLE, ["title", [["a"], str(uuid4())], False]),
        (TITLE, ["title", ["a\0b", str(uuid4())], False]),
        (TITLE, ["title", ["a", str(uuid4())], "yes"]),
        (TITLE, ["-title", ["a", str(uuid4())], False]),
        (TITLE, ["title", None, False]),
        (AGE, ["-created", ["yesterday", str(uuid4())], False]),
        (AGE, ["-created", ["2026-01-01T00:00:00", str(uuid4())], False]),
        (AGE, ["-created", [5, str(uuid4())], False]),
        (AGE, ["-created", ["garbage", str(uuid4())], False]),
        (PRICE, ["price", ["9" * 5_000, str(uuid4())], False]),
        (PRICE, ["price", [2**63, str(uuid4())], False]),
        (PRICE, ["price", [1e308, str(uuid4())], False]),
        (PRICE, ["price", [None, str(uuid4())], False]),
    ],
)
def test_a_forged_cursor_is_refused(ordering: Ordering, content: Any) -> None:
    with pytest.raises(InvalidCursor):
        page_of(ordering, cursor=cursor(content))


@given(st.text(min_size=1))
@example("=")
@example("é")
@example("bm9uc2Vuc2U")
def test_garbage_is_no_cursor(text: str) -> None:
    with pytest.raises(InvalidCursor):
        page_of(TITLE, cursor=text)


def test_an_empty_cursor_is_the_first_page() -> None:
    page = page_of(TITLE, cursor="")

    assert (page.rows, page.next, page.previous) == ([], None, None)

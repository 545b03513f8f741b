"""Each list of orders is read from an index, at any depth, in a shop of some thousand orders."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from accounts.domain import Role
from congocart.sample_orders import generate_orders
from core.caller import Caller
from orders.filters import OrderFilterSet
from orders.models import Order
from orders.selectors import numbers_maybe_done, orders_for
from tests.shop import stock_variants

STAFF = Caller(roles=frozenset({Role.SUPPORT}))
ORDERS = 4_000


# The most rows that a page may be read from. Words may be looked up each on its own and joined, as
# PostgreSQL sees fit: far fewer than all, but more than are found.
PAGES = [
    ("", "orders_order_pkey", 30),
    ("status=canceled", "orders_by_status", 30),
    ("status=open", "orders_by_status", 30),
    # Most orders are, but for the newest: reading them all in order comes to the same.
    ("status=completed", "orders_order_pkey", 200),
    ("payment_status=refunded", "orders_by_payment_status", 200),
    ("payment_status=pending", "orders_by_payment_status", 200),
    ("fulfillment_status=unfulfilled", "orders_by_fulfillment_status", 300),
    ("placed_after=2020-01-01T00:00:00Z", "orders_by_placed_at", 30),
    ("placed_before=2030-01-01T00:00:00Z&status=completed", "orders_by_placed_at", 200),
    ("search=ada lovelace", "orders_searchtext_trigrams", 1_000),
    ("search=orleans", "orders_searchtext_trigrams", 1_000),
]


@pytest.fixture
def shop(db: None) -> None:
    """Thousands of orders, of which PostgreSQL has statistics."""
    stock_variants(40, stock=0)
    for _ in generate_orders(count=ORDERS, seed=1, currency="GBP", now=timezone.now()):
        pass
    with connection.cursor() as cursor:
        # As vacuum does: what is new is kept aside at first.
        cursor.execute("SELECT gin_clean_pending_list('orders_searchtext_trigrams')")
        cursor.execute("ANALYZE")


def plan_of(query: str, *, deep: bool) -> tuple[set[str], int]:
    """The indexes that a page is read from, and how many rows are read for it at most."""
    request = Request(APIRequestFactory().get(f"/api/v1/orders?{query}"))
    found = OrderFilterSet.of(request, orders_for(caller=STAFF))
    orders, keys = found.qs, [name for name, _, _ in found.ordering.keys]
    if deep:
        sorted_rows = orders.order_by(*found.ordering.terms(backwards=False))
        rows = list(sorted_rows.values_list(*keys))
        orders = orders.filter(found.ordering.after(rows[len(rows) * 3 // 4], backwards=False))
    page = orders.order_by(*found.ordering.terms(backwards=False))[:21]
    sql, parameters = page.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", parameters)
        (plan,) = cursor.fetchone()
    nodes = list(nodes_of((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))
    assert not [node for node in nodes if node["Node Type"] == "Seq Scan"], nodes
    read = max(
        node["Actual Rows"] * node["Actual Loops"] + node.get("Rows Removed by Filter", 0)
        for node in nodes
    )
    return {node["Index Name"] for node in nodes if "Index Name" in node}, int(read)


def nodes_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes_of(child)


@pytest.mark.slow
@pytest.mark.usefixtures("shop")
def test_a_page_is_read_from_an_index_at_any_depth(subtests):
    order = Order.objects.all()[ORDERS // 2]
    looked_up = [
        (f"number={order.number}", "orders_order_number", 10),
        (f"email={order.email}", "orders_by_email", 40),
        (f"search={order.number[1:7]}", "orders_searchtext_trigrams", 10),
    ]
    pages = [(*page, deep) for page in PAGES for deep in (False, True)]
    for query, index, most, deep in (*pages, *((*each, False) for each in looked_up)):
        with subtests.test(query=query, deep=deep):
            indexes, read = plan_of(query, deep=deep)
            assert [name for name in indexes if name.startswith(index)], indexes
            assert read <= most
    with subtests.test("what is to fulfill is counted from an index of just these"):
        assert "orders_to_fulfill" in Order.objects.to_fulfill().order_by("-id").explain()
    with subtests.test("what may be completed is found in an index of just these"):
        with CaptureQueriesContext(connection) as captured:
            numbers_maybe_done(now=timezone.now(), assumed_days=14, limit=100)
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {captured[0]['sql']}")
            plan = "\n".join(row for (row,) in cursor.fetchall())
        assert "orders_maybe_done" in plan
        assert "Seq Scan on orders_order " not in plan

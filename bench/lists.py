"""How long PostgreSQL takes for pages of the order list, its searches and the start page.

    manage.py generate_orders 100000
    python bench/lists.py

Works on the shop of DATABASE_URL. Page 1 and page 1,000 by cursor (or the last page) of each
list, the better of three times with planning; 20 orders a page.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "congocart.settings")

import django  # noqa: E402 - needs the path

django.setup()

from django.db import connection  # noqa: E402
from django.db.models import QuerySet  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.test import APIRequestFactory  # noqa: E402

from congocart.dashboard.panels import PANELS  # noqa: E402
from congocart.dashboard.sales import sales_charts  # noqa: E402
from congocart.dashboard.to_do import TO_DO  # noqa: E402
from core.caller import Caller  # noqa: E402
from orders.filters import OrderFilterSet  # noqa: E402
from orders.models import Order  # noqa: E402
from orders.selectors import orders_for  # noqa: E402

PAGE, DEEP = 20, 1_000
QUERIES = [
    "", "status=open", "status=canceled", "payment_status=paid", "payment_status=pending",
    "payment_status=refunded", "payment_status=failed", "fulfillment_status=unfulfilled",
    "fulfillment_status=fulfilled",
    "status=open&payment_status=paid&fulfillment_status=unfulfilled",
    "placed_after=2026-06-01T00:00:00Z", "placed_before=2026-06-01T00:00:00Z&status=canceled",
    "search=london", "search=lovelace", "search=ada lovelace", "search=ada berlin", "search=mug",
    "search=MUG-BLUE", "search=example.com", "search=com", "search=ad", "search=zq", "search=z",
    "search=xyzzyq", "search=london&status=canceled", "search=krüger&payment_status=pending",
]  # fmt: skip


def main() -> None:
    some = Order.objects.order_by("-id")[700]
    for query in (*QUERIES, f"number={some.number}", f"email={some.email}",
                  f"search={some.number[2:8].lower()}"):  # fmt: skip
        request = Request(APIRequestFactory().get(f"/api/v1/orders?{query}"))
        found = OrderFilterSet.of(request, orders_for(caller=Caller(roles=frozenset({"admin"}))))
        orders = found.qs.order_by(*found.ordering.terms(backwards=False))
        rows = list(orders.values_list(*(name for name, _, _ in found.ordering.keys)))
        first, plan = time_of(orders[: PAGE + 1])
        boundary = rows[: PAGE * DEEP][-PAGE - 1 :][:1]
        deep = [time_of(orders.filter(found.ordering.after(b, backwards=False))[: PAGE + 1])[0]
                for b in boundary]  # fmt: skip
        shown = f"{deep[0]:6.1f}" if deep else "     -"
        print(f"{query[:58]:58} {len(rows):7,}  {first:6.1f} {shown} ms  {' '.join(plan)}")
    with CaptureQueriesContext(connection) as captured:
        for _, make in (*PANELS, *TO_DO):
            make()
        sales_charts(now=timezone.now())
    milliseconds = 1_000 * sum(float(query["time"]) for query in captured.captured_queries)
    print(f"start page: {len(captured)} statements, {milliseconds:.0f} ms with the driver")


def time_of(page: QuerySet[Any]) -> tuple[float, list[str]]:
    """Return the milliseconds of a page, and the indexes that it is read from."""
    sql, parameters = page.query.sql_with_params()
    plans = []
    for _ in range(3):
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", parameters)
            (plan,) = cursor.fetchone()
        plans += json.loads(plan) if isinstance(plan, str) else plan
    times = [plan["Planning Time"] + plan["Execution Time"] for plan in plans]
    return min(times), list(indexes_of(plans[0]["Plan"]))


def indexes_of(plan: dict[str, Any]) -> list[str]:
    """Return the names of the indexes of a plan."""
    below = [name for child in plan.get("Plans", []) for name in indexes_of(child)]
    return [*below, *([plan["Index Name"]] if "Index Name" in plan else [])]


if __name__ == "__main__":
    main()

"""What the shop's orders add up to, and what an accountant reads of each."""

from __future__ import annotations

from orders.reports.export import EXPORT_COLUMNS, export_row, orders_to_export
from orders.reports.sales import (
    DaySales,
    Sales,
    count_returns_to_decide,
    count_to_fulfill,
    count_to_pay,
    latest_orders,
    sales_by_day,
    spent_by,
)

__all__ = [
    "EXPORT_COLUMNS",
    "DaySales",
    "Sales",
    "count_returns_to_decide",
    "count_to_fulfill",
    "count_to_pay",
    "export_row",
    "latest_orders",
    "orders_to_export",
    "sales_by_day",
    "spent_by",
]

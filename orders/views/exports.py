"""Exports of orders over HTTP."""

from __future__ import annotations

from django.http import StreamingHttpResponse
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts.access import MANAGER
from core.http.callers import caller_of
from core.http.csv_export import CSV_FILE, csv_response
from core.http.operations import operation
from orders.filters import OrderFilterSet
from orders.reports import EXPORT_COLUMNS, export_row, orders_to_export
from orders.serializers import ExportParameters


class OrderExportViewSet(ViewSet):
    """Orders as a file."""

    @operation(
        "exportOrders",
        "Export orders",
        access=MANAGER,
        scope="orders:read",
        personal=True,
        responses=CSV_FILE,
        filters=OrderFilterSet,
        parameters=[ExportParameters],
        tag="Orders",
        description="All that the filters of the list leave, newest first, as CSV (RFC 4180): "
        "amounts in major units, times in UTC. Sent while it is read; `X-Total-Count` says how "
        "many rows there are, so what has arrived tells the progress. What a spreadsheet would "
        "take for a formula has an apostrophe in front.",
    )
    def list(self, request: Request) -> StreamingHttpResponse:
        given = ExportParameters(data=request.query_params)
        given.is_valid(raise_exception=True)
        orders = orders_to_export(caller=caller_of(request))
        found = OrderFilterSet.of(request, orders)
        return csv_response(
            found.qs,
            ordering=found.ordering,
            columns=EXPORT_COLUMNS,
            row_of=export_row,
            name="orders.csv",
            bom=given.validated_data["bom"],
        )

"""Orders over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.access import ACCOUNT_OR_STAFF, FULFILLMENT, MANAGER, OWNER_OR_STAFF, SUPPORT
from core.http.callers import caller_of
from core.http.csv_export import CSV_FILE, csv_response
from core.http.fields import validated
from core.http.idempotency import ApiResponse, write
from core.http.operations import operation
from core.http.pagination import paginate
from core.http.serializers import item_requests_from, money_from
from core.items import units_by_sku
from orders import services
from orders.domain import OrderNotFound
from orders.filters import OrderFilterSet
from orders.models import Order
from orders.reports import EXPORT_COLUMNS, export_row, orders_to_export
from orders.selectors import order_for, orders_for
from orders.serializers import (
    CancelInput,
    CaptureInput,
    ExportParameters,
    FulfillmentInput,
    OrderOutput,
    RefundInput,
    order_body,
)


class OrderViewSet(ViewSet):
    """What was bought."""

    @operation(
        "listOrders",
        "List orders",
        access=ACCOUNT_OR_STAFF,
        scope="orders:read",
        personal=True,
        responses={200: OrderOutput(many=True)},
        filters=OrderFilterSet,
        paginated=True,
        tag="Orders",
        description="One's own, newest first; staff see all. Staff may filter and search.",
    )
    def list(self, request: Request) -> HttpResponse:
        found = OrderFilterSet.of(request, orders_for(caller=caller_of(request)))
        return Response(paginate(request, found.qs, found.ordering).body(order_body))

    @operation(
        "getOrder",
        "Read an order",
        access=OWNER_OR_STAFF,
        scope="orders:read",
        personal=True,
        responses={200: OrderOutput},
        errors=[OrderNotFound],
        tag="Orders",
    )
    def retrieve(self, request: Request, number: str) -> HttpResponse:
        return Response(order_body(order_for(caller=caller_of(request), number=number)))

    @operation(
        "cancelOrder",
        "Cancel an order",
        access=services.CANCEL_ORDER_ACCESS,
        scope="orders:write",
        personal=True,
        request=CancelInput,
        responses={200: OrderOutput},
        errors=services.CANCEL_ORDER_ERRORS,
        tag="Orders",
        description="Puts the units back into stock, and voids or refunds the payment.",
    )
    def cancel(self, request: Request, number: str) -> HttpResponse:
        data = validated(CancelInput, request)
        return write(
            request,
            lambda: services.cancel_order(
                caller=caller_of(request),
                number=number,
                reason=data.get("reason", ""),
                now=timezone.now(),
            ),
            lambda order: ApiResponse(200, order_body(order)),
        )

    @operation(
        "captureOrderPayment",
        "Capture or record a payment",
        access=SUPPORT,
        scope="payments:write",
        personal=True,
        request=CaptureInput,
        responses={201: OrderOutput},
        errors=services.CAPTURE_PAYMENT_ERRORS,
        tag="Orders",
        description="Captures authorized money, or records what came in by other ways. "
        "All that is due unless an amount is given.",
    )
    def capture(self, request: Request, number: str) -> HttpResponse:
        data = validated(CaptureInput, request)
        return write(
            request,
            lambda: services.capture_payment(
                caller=caller_of(request),
                number=number,
                amount=money_from(data.get("amount")),
                now=timezone.now(),
            ),
            lambda order: ApiResponse(201, order_body(order)),
        )

    @operation(
        "refundOrder",
        "Refund an order",
        access=SUPPORT,
        scope="payments:write",
        personal=True,
        request=RefundInput,
        responses={201: OrderOutput},
        errors=services.REFUND_ORDER_ERRORS,
        tag="Orders",
        description="An amount, the worth of some items, or everything that is left; never more "
        "than was paid. The provider executes it; `payments` say how far it is.",
    )
    def refund(self, request: Request, number: str) -> HttpResponse:
        data = validated(RefundInput, request)
        return write(
            request,
            lambda: services.refund_order(
                caller=caller_of(request),
                number=number,
                amount=money_from(data.get("amount")),
                items=units_by_sku(item_requests_from(data.get("items", []))),
                reason=data.get("reason", ""),
                restock_items=data.get("restock", False),
                now=timezone.now(),
            ),
            lambda order: ApiResponse(201, order_body(order)),
        )


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


class FulfillmentViewSet(ViewSet):
    """What was sent of an order."""

    @operation(
        "fulfillOrder",
        "Send units of an order",
        access=FULFILLMENT,
        scope="orders:write",
        personal=True,
        request=FulfillmentInput,
        responses={201: OrderOutput},
        errors=services.FULFILL_ORDER_ERRORS,
        tag="Orders",
        description="Everything that is left unless items are named; never more than was ordered "
        "and not refunded.",
    )
    def create(self, request: Request, number: str) -> HttpResponse:
        data = validated(FulfillmentInput, request)
        return write(
            request,
            lambda: services.fulfill_order(
                caller=caller_of(request),
                number=number,
                items=units_by_sku(item_requests_from(data.get("items", []))),
                carrier=data.get("carrier", ""),
                tracking_number=data.get("tracking_number", ""),
                now=timezone.now(),
            ),
            lambda order: ApiResponse(201, order_body(order)),
        )

    @operation(
        "deliverFulfillment",
        "Mark as delivered",
        access=FULFILLMENT,
        scope="orders:write",
        personal=True,
        responses={200: OrderOutput},
        errors=services.CHANGE_FULFILLMENT_ERRORS,
        tag="Orders",
    )
    def deliver(self, request: Request, number: str, fulfillment_id: UUID) -> HttpResponse:
        return self._change(request, services.deliver_fulfillment, number, fulfillment_id)

    @operation(
        "cancelFulfillment",
        "Cancel a fulfillment",
        access=FULFILLMENT,
        scope="orders:write",
        personal=True,
        responses={200: OrderOutput},
        errors=services.CHANGE_FULFILLMENT_ERRORS,
        tag="Orders",
        description="It was not sent after all: its units are left to send again.",
    )
    def cancel(self, request: Request, number: str, fulfillment_id: UUID) -> HttpResponse:
        return self._change(request, services.cancel_fulfillment, number, fulfillment_id)

    def _change(
        self,
        request: Request,
        change: Callable[..., Order],
        number: str,
        fulfillment_id: UUID,
    ) -> HttpResponse:
        return write(
            request,
            lambda: change(
                caller=caller_of(request),
                number=number,
                fulfillment_id=fulfillment_id,
                now=timezone.now(),
            ),
            lambda order: ApiResponse(200, order_body(order)),
        )

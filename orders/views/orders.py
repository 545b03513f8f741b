"""Orders over HTTP."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.access import ACCOUNT_OR_STAFF, OWNER_OR_STAFF, SUPPORT
from core.http.callers import caller_of
from core.http.fields import validated
from core.http.idempotency import ApiResponse, write
from core.http.operations import Auth, operation
from core.http.pagination import Ordering, paginate
from core.http.serializers import item_requests_from, money_from
from core.http.versions import etag
from core.items import units_by_sku
from orders import services
from orders.domain import OrderNotFound
from orders.filters import OrderFilterSet
from orders.selectors import order_for, orders_for, timeline_entry, timeline_of
from orders.serializers import (
    CancelInput,
    CaptureInput,
    OrderEventOutput,
    OrderOutput,
    RefundInput,
    order_body,
    order_event_body,
)

OLDEST_FIRST = Ordering("oldest", (("id", False, UUID),))


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
        auth=Auth.ORDER_OWNER,
        scope="orders:read",
        personal=True,
        responses={200: OrderOutput},
        errors=[OrderNotFound],
        tag="Orders",
        description="Its `ETag` names its version, for `If-Match` when it is edited.",
    )
    def retrieve(self, request: Request, number: str) -> HttpResponse:
        order = order_for(caller=caller_of(request), number=number)
        # Not for If-None-Match: not all that it shows raises the version.
        headers = {"ETag": etag(order.version), "Cache-Control": "no-store"}
        return Response(order_body(order), headers=headers)

    @operation(
        "listOrderEvents",
        "List the events of an order",
        access=OWNER_OR_STAFF,
        auth=Auth.ORDER_OWNER,
        scope="orders:read",
        personal=True,
        responses={200: OrderEventOutput(many=True)},
        errors=[OrderNotFound],
        paginated=True,
        tag="Orders",
        description="The timeline, oldest first. Buyers see what becomes of their order; notes, "
        "reasons and names are for staff.",
    )
    def events(self, request: Request, number: str) -> HttpResponse:
        caller = caller_of(request)
        order = order_for(caller=caller, number=number)
        page = paginate(request, timeline_of(order, caller=caller), OLDEST_FIRST)
        return Response(
            page.body(lambda event: order_event_body(timeline_entry(event, order, caller=caller)))
        )

    @operation(
        "cancelOrder",
        "Cancel an order",
        access=services.CANCEL_ORDER_ACCESS,
        auth=Auth.ORDER_OWNER,
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

"""Fulfillments over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts.access import FULFILLMENT
from core.http.callers import caller_of
from core.http.fields import validated
from core.http.idempotency import ApiResponse, write
from core.http.operations import operation
from core.http.serializers import item_requests_from
from core.items import units_by_sku
from orders import services
from orders.models import Order
from orders.serializers import FulfillmentInput, OrderOutput, order_body


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

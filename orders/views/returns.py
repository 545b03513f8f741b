"""Returns over HTTP."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts.access import SUPPORT, SUPPORT_OR_FULFILLMENT
from core.http.callers import caller_of
from core.http.fields import validated
from core.http.idempotency import ApiResponse, write
from core.http.operations import Auth, operation
from core.http.serializers import item_requests_from
from core.items import units_by_sku
from orders import services
from orders.serializers import (
    OrderOutput,
    ReceiptInput,
    ReturnInput,
    ReturnOutput,
    order_body,
    return_body,
)


class ReturnViewSet(ViewSet):
    """What comes back of an order."""

    @operation(
        "requestReturn",
        "Ask for a return",
        access=services.REQUEST_RETURN_ACCESS,
        auth=Auth.ORDER_OWNER,
        scope="orders:write",
        personal=True,
        request=ReturnInput,
        responses={201: ReturnOutput},
        errors=services.REQUEST_RETURN_ERRORS,
        tag="Orders",
        description="Of units that were sent, and are neither in another return nor refunded.",
    )
    def create(self, request: Request, number: str) -> HttpResponse:
        data = validated(ReturnInput, request)
        return write(
            request,
            lambda: services.request_return(
                caller=caller_of(request),
                number=number,
                items=units_by_sku(item_requests_from(data["items"])),
                reason=data.get("reason", ""),
                now=timezone.now(),
            ),
            lambda asked: ApiResponse(201, return_body(asked)),
        )

    @operation(
        "approveReturn",
        "Approve a return",
        access=SUPPORT,
        scope="orders:write",
        personal=True,
        responses={200: ReturnOutput},
        errors=services.DECIDE_RETURN_ERRORS,
        tag="Orders",
    )
    def approve(self, request: Request, number: str, return_id: UUID) -> HttpResponse:
        return self._decide(request, number, return_id, approve=True)

    @operation(
        "rejectReturn",
        "Reject a return",
        access=SUPPORT,
        scope="orders:write",
        personal=True,
        responses={200: ReturnOutput},
        errors=services.DECIDE_RETURN_ERRORS,
        tag="Orders",
        description="Its units can be asked for again.",
    )
    def reject(self, request: Request, number: str, return_id: UUID) -> HttpResponse:
        return self._decide(request, number, return_id, approve=False)

    @operation(
        "receiveReturn",
        "Receive a return",
        access=SUPPORT_OR_FULFILLMENT,
        scope="orders:write",
        personal=True,
        request=ReceiptInput,
        responses={200: ReturnOutput},
        errors=services.DECIDE_RETURN_ERRORS,
        tag="Orders",
        description="The units of an approved return have arrived. The money goes back by its "
        "refund.",
    )
    def receive(self, request: Request, number: str, return_id: UUID) -> HttpResponse:
        data = validated(ReceiptInput, request)
        return write(
            request,
            lambda: services.receive_return(
                caller=caller_of(request),
                number=number,
                return_id=return_id,
                put_back=data.get("restock", False),
                now=timezone.now(),
            ),
            lambda found: ApiResponse(200, return_body(found)),
        )

    @operation(
        "refundReturn",
        "Refund a return",
        access=SUPPORT,
        scope="payments:write",
        personal=True,
        responses={201: OrderOutput},
        errors=services.REFUND_RETURN_ERRORS,
        tag="Orders",
        description="What has come back and has not been refunded; after a withdrawal of which "
        "the buyer keeps nothing, with the cost of delivery.",
    )
    def refund(self, request: Request, number: str, return_id: UUID) -> HttpResponse:
        return write(
            request,
            lambda: services.refund_return(
                caller=caller_of(request),
                number=number,
                return_id=return_id,
                now=timezone.now(),
            ),
            lambda order: ApiResponse(201, order_body(order)),
        )

    def _decide(
        self, request: Request, number: str, return_id: UUID, *, approve: bool
    ) -> HttpResponse:
        return write(
            request,
            lambda: services.decide_return(
                caller=caller_of(request),
                number=number,
                return_id=return_id,
                approve=approve,
                now=timezone.now(),
            ),
            lambda found: ApiResponse(200, return_body(found)),
        )

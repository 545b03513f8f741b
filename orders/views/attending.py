"""Notes, hold and release over HTTP."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts.access import STAFF
from core.http.callers import caller_of
from core.http.fields import validated
from core.http.idempotency import ApiResponse, write
from core.http.operations import operation
from orders import services
from orders.serializers import HoldInput, NoteInput, OrderOutput, order_body


class AttendingViewSet(ViewSet):
    """What staff do about an order that changes nothing of what was bought."""

    @operation(
        "noteOrder",
        "Write a note on an order",
        access=STAFF,
        scope="orders:write",
        personal=True,
        request=NoteInput,
        responses={201: OrderOutput},
        errors=services.NOTE_ORDER_ERRORS,
        tag="Orders",
        description="For colleagues; it stands in the timeline and cannot be changed.",
    )
    def note(self, request: Request, number: str) -> HttpResponse:
        data = validated(NoteInput, request)
        return write(
            request,
            lambda: services.note_order(
                caller=caller_of(request), number=number, note=data["note"], now=timezone.now()
            ),
            lambda order: ApiResponse(201, order_body(order)),
        )

    @operation(
        "holdOrder",
        "Hold an order",
        access=STAFF,
        scope="orders:write",
        personal=True,
        request=HoldInput,
        responses={200: OrderOutput},
        errors=services.HOLD_ORDER_ERRORS,
        tag="Orders",
        description="Nothing of it is sent until it is released.",
    )
    def hold(self, request: Request, number: str) -> HttpResponse:
        data = validated(HoldInput, request)
        return write(
            request,
            lambda: services.hold_order(
                caller=caller_of(request),
                number=number,
                reason=data.get("reason", ""),
                now=timezone.now(),
            ),
            lambda order: ApiResponse(200, order_body(order)),
        )

    @operation(
        "releaseOrder",
        "Release an order from hold",
        access=STAFF,
        scope="orders:write",
        personal=True,
        responses={200: OrderOutput},
        errors=services.RELEASE_ORDER_ERRORS,
        tag="Orders",
    )
    def release(self, request: Request, number: str) -> HttpResponse:
        return write(
            request,
            lambda: services.release_order(
                caller=caller_of(request), number=number, now=timezone.now()
            ),
            lambda order: ApiResponse(200, order_body(order)),
        )

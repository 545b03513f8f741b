"""Editing orders over HTTP."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts.access import SUPPORT
from core.http.callers import caller_of
from core.http.fields import validated
from core.http.idempotency import ApiResponse, write
from core.http.operations import operation
from core.http.serializers import item_requests_from, money_from
from core.http.versions import etag, expected_versions
from orders import services
from orders.serializers import (
    EditInput,
    EditPreviewInput,
    EditPreviewOutput,
    OrderOutput,
    edit_preview_body,
    order_body,
)


class EditViewSet(ViewSet):
    """Other lines for an order, and what they would come to."""

    @operation(
        "editOrder",
        "Edit an order",
        access=SUPPORT,
        scope="orders:write",
        personal=True,
        request=EditInput,
        responses={201: OrderOutput},
        errors=services.EDIT_ORDER_ERRORS,
        versioned=True,
        tag="Orders",
        description="Gives an order other lines, as long as something of it is left to send. Items "
        "that were ordered keep their price, others have today's; promotions, delivery and taxes "
        "count as when it was placed. What it costs more is `due`, what was paid beyond it is "
        "refunded.",
    )
    def create(self, request: Request, number: str) -> HttpResponse:
        data = validated(EditInput, request)
        return write(
            request,
            lambda: services.edit_order(
                caller=caller_of(request),
                number=number,
                requested=item_requests_from(data["items"]),
                reason=data.get("reason", ""),
                expected_total=money_from(data.get("expected_total")),
                expected_versions=expected_versions(request),
                now=timezone.now(),
            ),
            lambda order: ApiResponse(201, order_body(order), {"ETag": etag(order.version)}),
        )

    @operation(
        "previewOrderEdit",
        "Preview an edit of an order",
        access=SUPPORT,
        scope="orders:write",
        request=EditPreviewInput,
        responses={200: EditPreviewOutput},
        errors=services.PREVIEW_EDIT_ERRORS,
        versioned=True,
        tag="Orders",
        description="Tells what `editOrder` would come to, and changes nothing. Its `ETag` is for "
        "`If-Match` of the edit, its total for `expected_total`.",
    )
    def preview(self, request: Request, number: str) -> HttpResponse:
        data = validated(EditPreviewInput, request)
        return write(
            request,
            lambda: services.preview_edit(
                caller=caller_of(request),
                number=number,
                requested=item_requests_from(data["items"]),
                expected_versions=expected_versions(request),
                now=timezone.now(),
            ),
            lambda preview: ApiResponse(
                200, edit_preview_body(preview), {"ETag": etag(preview.version)}
            ),
        )

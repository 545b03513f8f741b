"""Stock over HTTP, for staff."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.access import FULFILLMENT, STAFF
from catalog import selectors, services
from catalog.domain import VariantNotFound
from catalog.serializers.stock import (
    AdjustmentInput,
    AdjustmentOutput,
    LevelOutput,
    adjustment_body,
    level_body,
)
from core.http.callers import caller_of
from core.http.fields import validated
from core.http.idempotency import ApiResponse, write
from core.http.operations import operation


class StockViewSet(ViewSet):
    """The stock of a variant: staff reads it, fulfillment and managers correct it."""

    @operation(
        "getStock",
        "Read the stock of a variant",
        access=STAFF,
        scope="stock:read",
        responses={200: LevelOutput},
        errors=[VariantNotFound],
        tag="Catalog",
    )
    def retrieve(self, request: Request, sku: str) -> Response:
        return Response(level_body(selectors.level_of(sku)))

    @operation(
        "adjustStock",
        "Correct the stock of a variant",
        access=FULFILLMENT,
        scope="stock:write",
        request=AdjustmentInput,
        responses={201: AdjustmentOutput},
        errors=services.ADJUST_STOCK_ERRORS,
        tag="Catalog",
    )
    def adjust(self, request: Request, sku: str) -> HttpResponse:
        values = validated(AdjustmentInput, request)
        return write(
            request,
            lambda: services.adjust_stock_of_sku(
                sku=sku, **values, actor_id=caller_of(request).user_id, now=timezone.now()
            ),
            lambda done: ApiResponse(
                201, adjustment_body(done), {"Location": f"/api/v1/variants/{quote(sku)}/stock"}
            ),
        )

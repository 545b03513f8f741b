"""Previews of prices over HTTP."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts.access import MANAGER
from carts.reports import PRICE_PREVIEW_ERRORS, price_preview
from carts.serializers import PricePreviewInput, PricePreviewOutput, price_preview_body
from core.db.transactions import use_case
from core.http.fields import validated
from core.http.idempotency import ApiResponse, write
from core.http.operations import operation
from core.http.serializers import item_requests_from
from pricing.domain import Destination


class PricePreviewViewSet(ViewSet):
    """What a basket would cost, for those who set prices; see docs/adr/0085."""

    @operation(
        "previewPrice",
        "Preview a price",
        access=MANAGER,
        scope="pricing:read",
        request=PricePreviewInput,
        responses={200: PricePreviewOutput},
        errors=PRICE_PREVIEW_ERRORS,
        tag="Pricing",
        description="Prices a basket as a checkout would, now or `at` another moment, and tells "
        "the ledger: each amount with what it is and where it comes from. Stores nothing, holds "
        "nothing.",
    )
    def create(self, request: Request) -> HttpResponse:
        data = validated(PricePreviewInput, request)
        country = data.get("country_code")
        return write(
            request,
            lambda: use_case(price_preview)(
                requested=item_requests_from(data["items"]),
                currency=data["currency"],
                codes=data.get("codes", []),
                destination=Destination(country) if country else None,
                at=data.get("at"),
                now=timezone.now(),
            ),
            lambda preview: ApiResponse(200, price_preview_body(preview)),
        )

"""Promotions and their codes over HTTP."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.access import MANAGER
from core.http.fields import validated
from core.http.idempotency import ApiResponse, write
from core.http.operations import operation
from core.http.pagination import Ordering, paginate
from pricing import services
from pricing.errors import PromotionNotFound
from pricing.selectors import codes_of, promotion_with, promotions
from pricing.serializers.promotions import (
    CodeOutput,
    CodesInput,
    CodesOutput,
    PromotionChangesInput,
    PromotionInput,
    PromotionOutput,
    code_body,
    promotion_body,
)

TAG = "Promotions"
NEWEST_FIRST = Ordering("newest", (("id", True, UUID),))
OLDEST_FIRST = Ordering("oldest", (("id", False, UUID),))


class PromotionViewSet(ViewSet):
    """Promotions."""

    @operation(
        "listPromotions",
        "List promotions",
        access=MANAGER,
        scope="promotions:read",
        responses={200: PromotionOutput},
        paginated=True,
        tag=TAG,
    )
    def list(self, request: Request) -> HttpResponse:
        return Response(paginate(request, promotions(), NEWEST_FIRST).body(promotion_body))

    @operation(
        "createPromotion",
        "Create a promotion",
        access=MANAGER,
        scope="promotions:write",
        request=PromotionInput,
        responses={201: PromotionOutput},
        errors=services.CREATE_PROMOTION_ERRORS,
        tag=TAG,
        description="Without `codes` it applies by itself, from the next request on.",
    )
    def create(self, request: Request) -> HttpResponse:
        values = cast("services.PromotionValues", validated(PromotionInput, request))

        def created(promotion_id: UUID) -> ApiResponse:
            location = f"/api/v1/promotions/{promotion_id}"
            body = promotion_body(promotion_with(promotion_id))
            return ApiResponse(201, body, {"Location": location})

        return write(
            request,
            lambda: services.create_promotion(values=values, now=timezone.now()),
            created,
        )

    @operation(
        "getPromotion",
        "Read a promotion",
        access=MANAGER,
        scope="promotions:read",
        responses={200: PromotionOutput},
        errors=[PromotionNotFound],
        tag=TAG,
    )
    def retrieve(self, request: Request, promotion_id: UUID) -> HttpResponse:
        return Response(promotion_body(promotion_with(promotion_id)))

    @operation(
        "changePromotion",
        "Change a promotion",
        access=MANAGER,
        scope="promotions:write",
        request=PromotionChangesInput,
        responses={200: PromotionOutput},
        errors=services.CHANGE_PROMOTION_ERRORS,
        tag=TAG,
        description="Open checkouts keep the price they were given until they are changed. "
        "A limit counts what was used before it was set.",
    )
    def partial_update(self, request: Request, promotion_id: UUID) -> HttpResponse:
        values = cast("services.PromotionValues", validated(PromotionChangesInput, request))
        return write(
            request,
            lambda: services.change_promotion(
                promotion_id=promotion_id, values=values, now=timezone.now()
            ),
            lambda _: ApiResponse(200, promotion_body(promotion_with(promotion_id))),
        )

    @operation(
        "deletePromotion",
        "Delete a promotion",
        access=MANAGER,
        scope="promotions:write",
        responses={204: None},
        errors=[PromotionNotFound],
        tag=TAG,
        description="Its codes are free for others. Orders, and checkouts that are open, keep "
        "what it gave them.",
    )
    def destroy(self, request: Request, promotion_id: UUID) -> HttpResponse:
        return write(
            request,
            lambda: services.delete_promotion(promotion_id=promotion_id, now=timezone.now()),
            lambda _: ApiResponse(204),
        )


class PromotionCodeViewSet(ViewSet):
    """The codes of a promotion."""

    @operation(
        "listPromotionCodes",
        "List the codes of a promotion",
        access=MANAGER,
        scope="promotions:read",
        responses={200: CodeOutput},
        errors=[PromotionNotFound],
        paginated=True,
        tag=TAG,
    )
    def list(self, request: Request, promotion_id: UUID) -> HttpResponse:
        return Response(paginate(request, codes_of(promotion_id), OLDEST_FIRST).body(code_body))

    @operation(
        "generatePromotionCodes",
        "Generate codes",
        access=MANAGER,
        scope="promotions:write",
        request=CodesInput,
        responses={201: CodesOutput},
        errors=services.GENERATE_CODES_ERRORS,
        tag=TAG,
        description="Unguessable, for one use each. From then on the promotion applies by codes "
        "only.",
    )
    def create(self, request: Request, promotion_id: UUID) -> HttpResponse:
        data = validated(CodesInput, request)
        return write(
            request,
            lambda: services.generate_codes(
                promotion_id=promotion_id,
                count=data["count"],
                prefix=data.get("prefix", ""),
                now=timezone.now(),
            ),
            lambda codes: ApiResponse(201, {"codes": codes}),
        )

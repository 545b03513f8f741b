"""Price lists over HTTP."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.access import MANAGER
from catalog import services
from catalog.selectors import price_list, price_lists, prices_of
from catalog.serializers.price_lists import (
    ListPriceOutput,
    ListPricesInput,
    ListPricesOutput,
    PriceListChangesInput,
    PriceListInput,
    PriceListOutput,
    list_price_body,
    price_list_body,
)
from core.http.fields import validated
from core.http.idempotency import ApiResponse, write
from core.http.operations import operation
from core.http.pagination import Ordering, paginate
from pricing.domain import PriceListNotFound

TAG = "Price lists"
BY_CODE = Ordering("code", (("code", False, str),))
OLDEST_FIRST = Ordering("oldest", (("id", False, UUID),))


class PriceListViewSet(ViewSet):
    """Price lists."""

    @operation(
        "listPriceLists",
        "List the price lists",
        access=MANAGER,
        scope="prices:read",
        responses={200: PriceListOutput},
        paginated=True,
        tag=TAG,
    )
    def list(self, request: Request) -> Response:
        return Response(paginate(request, price_lists(), BY_CODE).body(price_list_body))

    @operation(
        "createPriceList",
        "Create a price list",
        access=MANAGER,
        scope="prices:write",
        request=PriceListInput,
        responses={201: PriceListOutput},
        errors=services.CREATE_PRICE_LIST_ERRORS,
        tag=TAG,
    )
    def create(self, request: Request) -> HttpResponse:
        terms = validated(PriceListInput, request)
        named = {name: terms.pop(name) for name in ("code", "title", "currency")}
        return write(
            request,
            lambda: services.create_price_list(**named, terms=terms, now=timezone.now()),
            lambda row: ApiResponse(
                201, price_list_body(row), {"Location": f"/api/v1/price-lists/{quote(row.code)}"}
            ),
        )

    @operation(
        "getPriceList",
        "Read a price list",
        access=MANAGER,
        scope="prices:read",
        responses={200: PriceListOutput},
        errors=[PriceListNotFound],
        tag=TAG,
    )
    def retrieve(self, request: Request, list_code: str) -> Response:
        return Response(price_list_body(price_list(list_code)))

    @operation(
        "updatePriceList",
        "Change a price list",
        access=MANAGER,
        scope="prices:write",
        request=PriceListChangesInput,
        responses={200: PriceListOutput},
        errors=services.UPDATE_PRICE_LIST_ERRORS,
        tag=TAG,
    )
    def partial_update(self, request: Request, list_code: str) -> HttpResponse:
        changes = validated(PriceListChangesInput, request)
        return write(
            request,
            lambda: services.update_price_list(code=list_code, changes=changes),
            lambda row: ApiResponse(200, price_list_body(row)),
        )

    @operation(
        "deletePriceList",
        "End a price list",
        access=MANAGER,
        scope="prices:write",
        responses={204: None},
        errors=[PriceListNotFound],
        tag=TAG,
    )
    def destroy(self, request: Request, list_code: str) -> HttpResponse:
        return write(
            request,
            lambda: services.delete_price_list(code=list_code, now=timezone.now()),
            lambda _: ApiResponse(204),
        )


class ListPriceViewSet(ViewSet):
    """The prices of a price list."""

    @operation(
        "listListPrices",
        "List the prices of a price list",
        access=MANAGER,
        scope="prices:read",
        responses={200: ListPriceOutput},
        errors=[PriceListNotFound],
        paginated=True,
        tag=TAG,
        description="Those that have ended and those to come are among them.",
    )
    def list(self, request: Request, list_code: str) -> Response:
        rows = prices_of(price_list(list_code))
        return Response(paginate(request, rows, OLDEST_FIRST).body(list_price_body))

    @operation(
        "addListPrices",
        "Add prices to a price list",
        access=MANAGER,
        scope="prices:write",
        request=ListPricesInput,
        responses={201: ListPricesOutput},
        errors=services.ADD_LIST_PRICES_ERRORS,
        tag=TAG,
        description="A price holds from its moment until the next one of the same variant for as "
        "many units begins. All are added, or none.",
    )
    def create(self, request: Request, list_code: str) -> HttpResponse:
        prices = validated(ListPricesInput, request)["prices"]
        return write(
            request,
            lambda: services.add_list_prices(code=list_code, prices=prices, now=timezone.now()),
            lambda rows: ApiResponse(201, {"prices": [list_price_body(row) for row in rows]}),
        )

    @operation(
        "deleteListPrice",
        "Delete a price that has not begun",
        access=MANAGER,
        scope="prices:write",
        responses={204: None},
        errors=services.DELETE_LIST_PRICE_ERRORS,
        tag=TAG,
    )
    def destroy(self, request: Request, list_code: str, price_id: UUID) -> HttpResponse:
        return write(
            request,
            lambda: services.delete_list_price(
                code=list_code, price_id=price_id, now=timezone.now()
            ),
            lambda _: ApiResponse(204),
        )

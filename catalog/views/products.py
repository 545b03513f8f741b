"""Products, variants and categories over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.access import ANYONE, MANAGER
from catalog import selectors, services
from catalog.domain import (
    NewVariant,
    ProductChanges,
    ProductNotFound,
    ProductStatus,
    VariantChanges,
    stored_options,
)
from catalog.filters import ProductFilterSet
from catalog.models import Product
from catalog.selectors import CLOCK
from catalog.serializers.categories import CategoryListOutput
from catalog.serializers.products import (
    CurrencyQuery,
    ProductChangesInput,
    ProductInput,
    ProductOutput,
    VariantChangesInput,
    VariantInput,
    VariantOutput,
    WithdrawalInput,
    WithdrawalQuery,
    ends_checkouts,
)
from core.errors import Forbidden, Unauthenticated
from core.http.callers import caller_of
from core.http.fields import validated
from core.http.idempotency import ApiResponse, write
from core.http.operations import operation
from core.http.pagination import paginate
from core.http.response_cache import public_response
from events.domain import actor_of


class ProductViewSet(ViewSet):
    """Products and the variants below them."""

    @operation(
        "listProducts",
        "List products",
        access=ANYONE,
        responses={200: ProductOutput},
        filters=ProductFilterSet,
        versioned=True,
        paginated=True,
        tag="Catalog",
        errors=[Unauthenticated, Forbidden],
        description="By default the newest first; when searching, the most relevant first. "
        "Drafts and archived products are for staff, by their access token.",
    )
    def list(self, request: Request) -> HttpResponse:
        def read() -> dict[str, Any]:
            filters = ProductFilterSet.of(request)
            if filters.wanted.status is not ProductStatus.PUBLISHED:
                _require_staff(request)
            page = paginate(request, filters.qs, filters.order)
            results = selectors.product_list(page.rows, wanted=filters.wanted, now=timezone.now())
            return {"next": page.next, "previous": page.previous, "results": results}

        if "status" in request.query_params:
            return Response(read())
        keep = "search" not in request.query_params
        return public_response(request, read, keep=keep, clock=CLOCK)

    @operation(
        "getProduct",
        "Read a product",
        access=ANYONE,
        responses={200: ProductOutput},
        errors=[ProductNotFound],
        parameters=[CurrencyQuery],
        versioned=True,
        tag="Catalog",
        description="Staff see drafts and archived products, too.",
    )
    def retrieve(self, request: Request, slug: str) -> HttpResponse:
        def read(*, for_staff: bool = False) -> dict[str, Any]:
            currency = currency_of(request)
            return selectors.product(
                slug, for_staff=for_staff, currency=currency, now=timezone.now()
            )

        if caller_of(request).is_staff:
            return Response(read(for_staff=True))
        return public_response(request, read, clock=CLOCK)

    @operation(
        "createProduct",
        "Create a product",
        access=MANAGER,
        scope="products:write",
        request=ProductInput,
        responses={201: ProductOutput},
        errors=services.CREATE_PRODUCT_ERRORS,
        parameters=[CurrencyQuery],
        tag="Catalog",
    )
    def create(self, request: Request) -> HttpResponse:
        values = validated(ProductInput, request)
        values["options"] = stored_options(values.get("options", []))
        values["variants"] = [NewVariant(**variant) for variant in values["variants"]]
        if "status" in values:
            values["status"] = ProductStatus(values["status"])
        return write(
            request,
            lambda: services.create_product(
                **values, actor_id=caller_of(request).user_id, now=timezone.now()
            ),
            partial(product_response, 201, currency_of(request)),
        )

    @operation(
        "updateProduct",
        "Change a product",
        access=MANAGER,
        scope="products:write",
        request=ProductChangesInput,
        responses={200: ProductOutput},
        errors=services.UPDATE_PRODUCT_ERRORS,
        parameters=[CurrencyQuery],
        tag="Catalog",
    )
    def partial_update(self, request: Request, slug: str) -> HttpResponse:
        values = validated(ProductChangesInput, request)
        if "options" in values:
            values["options"] = stored_options(values["options"])
        changes: ProductChanges = values  # type: ignore[assignment]
        return write(
            request,
            lambda: services.update_product(slug=slug, changes=changes, now=timezone.now()),
            partial(product_response, 200, currency_of(request)),
        )

    @operation(
        "deleteProduct",
        "Archive or recall a product",
        access=MANAGER,
        scope="products:write",
        request=WithdrawalInput,
        responses={204: None},
        errors=[ProductNotFound],
        parameters=[WithdrawalQuery],
        tag="Catalog",
        description="Open checkouts that hold it go on. With `end_checkouts`, in the body or in "
        "the query, none of them can be completed any more: for what is recalled.",
    )
    def destroy(self, request: Request, slug: str) -> HttpResponse:
        ends, by = ends_checkouts(request), actor_of(caller_of(request))
        return write(
            request,
            lambda: services.delete_product(
                slug=slug, end_checkouts=ends, by=by, now=timezone.now()
            ),
            lambda _: ApiResponse(204),
        )

    @operation(
        "addVariant",
        "Add a variant to a product",
        access=MANAGER,
        scope="products:write",
        request=VariantInput,
        responses={201: VariantOutput},
        errors=services.ADD_VARIANT_ERRORS,
        parameters=[CurrencyQuery],
        tag="Catalog",
    )
    def add_variant(self, request: Request, slug: str) -> HttpResponse:
        variant, currency = NewVariant(**validated(VariantInput, request)), currency_of(request)
        return write(
            request,
            lambda: services.add_variant(
                product_slug=slug,
                variant=variant,
                actor_id=caller_of(request).user_id,
                now=timezone.now(),
            ),
            lambda row: _variant_response(201, row.sku, currency, {"Location": _path_of(slug)}),
        )


class VariantViewSet(ViewSet):
    """Variants by their SKU."""

    @operation(
        "updateVariant",
        "Change a variant and its prices",
        access=MANAGER,
        scope="products:write",
        request=VariantChangesInput,
        responses={200: VariantOutput},
        errors=services.UPDATE_VARIANT_ERRORS,
        parameters=[CurrencyQuery],
        tag="Catalog",
    )
    def partial_update(self, request: Request, sku: str) -> HttpResponse:
        changes: VariantChanges = validated(VariantChangesInput, request)  # type: ignore[assignment]
        currency = currency_of(request)
        return write(
            request,
            lambda: services.update_variant(sku=sku, changes=changes, now=timezone.now()),
            lambda row: _variant_response(200, row.sku, currency),
        )


class CategoryViewSet(ViewSet):
    """The category tree."""

    @operation(
        "listCategories",
        "Read the category tree",
        access=ANYONE,
        responses={200: CategoryListOutput},
        versioned=True,
        tag="Catalog",
    )
    def list(self, request: Request) -> HttpResponse:
        return public_response(
            request, lambda: {"next": None, "previous": None, "results": selectors.category_tree()}
        )


def currency_of(request: Request) -> str:
    """Return the currency that a request asks for, or the shop's."""
    query = CurrencyQuery(data=request.query_params.dict())
    query.is_valid(raise_exception=True)
    currency: str = query.validated_data.get("currency", settings.DEFAULT_CURRENCY)
    return currency


def _require_staff(request: Request) -> None:
    caller = caller_of(request)
    if caller.user_id is None:
        raise Unauthenticated("Log in to see products that are not published.")
    if not caller.is_staff:
        raise Forbidden


def product_response(status: int, currency: str, product: Product) -> ApiResponse:
    """Return a product, which was just written, with this HTTP status."""
    body = selectors.product(product.slug, for_staff=True, currency=currency, now=timezone.now())
    return ApiResponse(status, body, {"Location": _path_of(product.slug)} if status == 201 else {})


def _variant_response(
    status: int, sku: str, currency: str, headers: Mapping[str, str] | None = None
) -> ApiResponse:
    return ApiResponse(
        status, selectors.variant(sku, currency=currency, now=timezone.now()), headers or {}
    )


def _path_of(slug: str) -> str:
    return f"/api/v1/products/{quote(slug)}"

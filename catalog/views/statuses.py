"""Publishing and hiding products over HTTP."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts.access import MANAGER
from catalog import services
from catalog.domain import ProductStatus
from catalog.serializers.products import CurrencyQuery, ProductOutput
from catalog.views.products import currency_of, product_response
from core.http.callers import caller_of
from core.http.idempotency import write
from core.http.operations import operation
from events.domain import actor_of


class ProductStatusViewSet(ViewSet):
    """Whether buyers see a product."""

    @operation(
        "publishProduct",
        "Publish a product",
        access=MANAGER,
        scope="products:write",
        responses={200: ProductOutput},
        errors=services.CHANGE_STATUS_ERRORS,
        parameters=[CurrencyQuery],
        tag="Catalog",
        description="Buyers see a draft or an archived product again.",
    )
    def publish(self, request: Request, slug: str) -> HttpResponse:
        return _put_in_status(request, slug, ProductStatus.PUBLISHED)

    @operation(
        "unpublishProduct",
        "Make a product a draft",
        access=MANAGER,
        scope="products:write",
        responses={200: ProductOutput},
        errors=services.CHANGE_STATUS_ERRORS,
        parameters=[CurrencyQuery],
        tag="Catalog",
        description="Buyers do not see it until it is published; open checkouts that hold it go "
        "on.",
    )
    def unpublish(self, request: Request, slug: str) -> HttpResponse:
        return _put_in_status(request, slug, ProductStatus.DRAFT)

    @operation(
        "archiveProduct",
        "Archive a product",
        access=MANAGER,
        scope="products:write",
        responses={200: ProductOutput},
        errors=services.CHANGE_STATUS_ERRORS,
        parameters=[CurrencyQuery],
        tag="Catalog",
        description="Buyers do not see it; open checkouts that hold it go on. It can be published "
        "again.",
    )
    def archive(self, request: Request, slug: str) -> HttpResponse:
        return _put_in_status(request, slug, ProductStatus.ARCHIVED)


def _put_in_status(request: Request, slug: str, status: ProductStatus) -> HttpResponse:
    by = actor_of(caller_of(request))
    return write(
        request,
        lambda: services.change_product_status(slug=slug, status=status, by=by, now=timezone.now()),
        partial(product_response, 200, currency_of(request)),
    )

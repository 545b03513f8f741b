"""Tax rates over HTTP."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.access import MANAGER
from core.http.fields import validated
from core.http.idempotency import ApiResponse, write
from core.http.operations import operation
from core.http.pagination import Ordering, paginate
from pricing import services
from pricing.errors import TaxRateNotFound
from pricing.filters import TaxRateFilterSet
from pricing.serializers.tax_rates import TaxRateInput, TaxRateOutput, tax_rate_body

TAG = "Pricing"
BY_PLACE = Ordering(
    "place",
    (
        ("country", False, str),
        ("region", False, str),
        ("tax_class", False, str),
        ("id", False, UUID),
    ),
)


class TaxRateViewSet(ViewSet):
    """The shop's table of tax rates."""

    @operation(
        "listTaxRates",
        "List tax rates",
        access=MANAGER,
        scope="pricing:read",
        responses={200: TaxRateOutput},
        filters=TaxRateFilterSet,
        paginated=True,
        tag=TAG,
    )
    def list(self, request: Request) -> Response:
        rates = TaxRateFilterSet.of(request).qs
        return Response(paginate(request, rates, BY_PLACE).body(tax_rate_body))

    @operation(
        "createTaxRate",
        "Add a tax rate",
        access=MANAGER,
        scope="pricing:write",
        request=TaxRateInput,
        responses={201: TaxRateOutput},
        errors=services.CREATE_TAX_RATE_ERRORS,
        tag=TAG,
        description="Holds from the first day to the last, both included. Carts and open checkouts "
        "have it when they are priced next; orders keep what they were taxed with.",
    )
    def create(self, request: Request) -> HttpResponse:
        values = validated(TaxRateInput, request)
        return write(
            request,
            lambda: services.create_tax_rate(**values),
            lambda rate: ApiResponse(201, tax_rate_body(rate)),
        )

    @operation(
        "deleteTaxRate",
        "Delete a tax rate",
        access=MANAGER,
        scope="pricing:write",
        responses={204: None},
        errors=[TaxRateNotFound],
        tag=TAG,
    )
    def destroy(self, request: Request, rate_id: UUID) -> HttpResponse:
        return write(
            request,
            lambda: services.delete_tax_rate(rate_id=rate_id),
            lambda _: ApiResponse(204),
        )

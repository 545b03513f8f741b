"""Shipping methods, zones and quotes over HTTP."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.access import ANYONE, MANAGER
from checkout import selectors, services
from checkout.errors import ShippingMethodNotFound, ShippingZoneNotFound
from checkout.serializers.shipping import (
    AREAS,
    ShippingMethodChangesInput,
    ShippingMethodInput,
    ShippingQuoteInput,
    ShippingZoneChangesInput,
    ShippingZoneInput,
    areas_from,
    destination_from,
    method_changes_from,
)
from checkout.serializers.shipping_bodies import (
    ManagedShippingMethodListOutput,
    ManagedShippingMethodOutput,
    ShippingQuoteOutput,
    ShippingZoneListOutput,
    ShippingZoneOutput,
    method_body,
    quote_body,
    zone_body,
)
from core.http.fields import validated
from core.http.idempotency import ApiResponse, write
from core.http.operations import operation
from core.http.serializers import item_requests_from


class ShippingQuoteViewSet(ViewSet):
    """What it costs to deliver, before there is a checkout."""

    @operation(
        "quoteShipping",
        "Quote the ways to deliver items",
        access=ANYONE,
        request=ShippingQuoteInput,
        responses={200: ShippingQuoteOutput},
        errors=services.QUOTE_SHIPPING_ERRORS,
        tag="Checkout",
        description="Reserves and stores nothing. A checkout of these items to this place offers "
        "the same options. Without any a message says so.",
    )
    def create(self, request: Request) -> HttpResponse:
        data = validated(ShippingQuoteInput, request)
        destination = destination_from(data)
        return write(
            request,
            lambda: services.quote_shipping(
                requested=item_requests_from(data["items"]),
                currency=data.get("currency", settings.DEFAULT_CURRENCY),
                destination=destination,
                now=timezone.now(),
            ),
            lambda quote: ApiResponse(200, quote_body(quote, destination)),
        )


class ShippingMethodViewSet(ViewSet):
    """Shipping methods, for scripts of managers."""

    @operation(
        "listShippingMethods",
        "List shipping methods",
        access=MANAGER,
        scope="shipping:read",
        responses={200: ManagedShippingMethodListOutput},
        tag="Shipping",
    )
    def list(self, request: Request) -> HttpResponse:
        results = [method_body(method) for method in selectors.shipping_methods()]
        return Response({"next": None, "previous": None, "results": results})

    @operation(
        "getShippingMethod",
        "Read a shipping method",
        access=MANAGER,
        scope="shipping:read",
        responses={200: ManagedShippingMethodOutput},
        errors=[ShippingMethodNotFound],
        tag="Shipping",
    )
    def retrieve(self, request: Request, method_code: str) -> HttpResponse:
        return Response(method_body(selectors.shipping_method(method_code)))

    @operation(
        "createShippingMethod",
        "Create a shipping method",
        access=MANAGER,
        scope="shipping:write",
        request=ShippingMethodInput,
        responses={201: ManagedShippingMethodOutput},
        errors=services.CREATE_SHIPPING_METHOD_ERRORS,
        tag="Shipping",
        description="Flat, with `prices`, or `priced_by` weight (grams), subtotal (minor units) "
        "or quantity (units) of what ships, with `bands`.",
    )
    def create(self, request: Request) -> HttpResponse:
        data = validated(ShippingMethodInput, request)
        changes = method_changes_from(data)
        return write(
            request,
            lambda: services.create_shipping_method(code=data["code"], changes=changes),
            _new_method_response,
        )

    @operation(
        "updateShippingMethod",
        "Change a shipping method",
        access=MANAGER,
        scope="shipping:write",
        request=ShippingMethodChangesInput,
        responses={200: ManagedShippingMethodOutput},
        errors=services.UPDATE_SHIPPING_METHOD_ERRORS,
        tag="Shipping",
        description="Checkouts keep what they were offered until they are changed.",
    )
    def partial_update(self, request: Request, method_code: str) -> HttpResponse:
        changes = method_changes_from(validated(ShippingMethodChangesInput, request))
        return write(
            request,
            lambda: services.update_shipping_method(code=method_code, changes=changes),
            lambda code: ApiResponse(200, method_body(selectors.shipping_method(code))),
        )

    @operation(
        "deleteShippingMethod",
        "Delete a shipping method",
        access=MANAGER,
        scope="shipping:write",
        responses={204: None},
        errors=[ShippingMethodNotFound],
        tag="Shipping",
        description="A checkout that has chosen it keeps it until it is changed, an order for "
        "good.",
    )
    def destroy(self, request: Request, method_code: str) -> HttpResponse:
        return write(
            request,
            lambda: services.delete_shipping_method(code=method_code),
            lambda _: ApiResponse(204),
        )


class ShippingZoneViewSet(ViewSet):
    """Shipping zones, for scripts of managers."""

    @operation(
        "listShippingZones",
        "List shipping zones",
        access=MANAGER,
        scope="shipping:read",
        responses={200: ShippingZoneListOutput},
        tag="Shipping",
    )
    def list(self, request: Request) -> HttpResponse:
        results = [zone_body(zone) for zone in selectors.shipping_zones()]
        return Response({"next": None, "previous": None, "results": results})

    @operation(
        "getShippingZone",
        "Read a shipping zone",
        access=MANAGER,
        scope="shipping:read",
        responses={200: ShippingZoneOutput},
        errors=[ShippingZoneNotFound],
        tag="Shipping",
    )
    def retrieve(self, request: Request, zone_code: str) -> HttpResponse:
        return Response(zone_body(selectors.shipping_zone(zone_code)))

    @operation(
        "createShippingZone",
        "Create a shipping zone",
        access=MANAGER,
        scope="shipping:write",
        request=ShippingZoneInput,
        responses={201: ShippingZoneOutput},
        errors=services.CREATE_SHIPPING_ZONE_ERRORS,
        tag="Shipping",
        description="An address is in the zone of its region, else of its country, else in the "
        "one of everywhere else.",
    )
    def create(self, request: Request) -> HttpResponse:
        data = validated(ShippingZoneInput, request)
        areas = areas_from(data)
        return write(
            request,
            lambda: services.create_shipping_zone(
                code=data["code"], title=data["title"], areas=areas
            ),
            _new_zone_response,
        )

    @operation(
        "updateShippingZone",
        "Change a shipping zone",
        access=MANAGER,
        scope="shipping:write",
        request=ShippingZoneChangesInput,
        responses={200: ShippingZoneOutput},
        errors=services.UPDATE_SHIPPING_ZONE_ERRORS,
        tag="Shipping",
        description="Any of `countries`, `regions` and `everywhere_else` replaces all areas.",
    )
    def partial_update(self, request: Request, zone_code: str) -> HttpResponse:
        data = validated(ShippingZoneChangesInput, request)
        areas = areas_from(data) if data.keys() & AREAS else None
        return write(
            request,
            lambda: services.update_shipping_zone(
                code=zone_code, title=data.get("title"), areas=areas
            ),
            lambda code: ApiResponse(200, zone_body(selectors.shipping_zone(code))),
        )

    @operation(
        "deleteShippingZone",
        "Delete a shipping zone",
        access=MANAGER,
        scope="shipping:write",
        responses={204: None},
        errors=services.DELETE_SHIPPING_ZONE_ERRORS,
        tag="Shipping",
    )
    def destroy(self, request: Request, zone_code: str) -> HttpResponse:
        return write(
            request,
            lambda: services.delete_shipping_zone(code=zone_code),
            lambda _: ApiResponse(204),
        )


def _new_method_response(code: str) -> ApiResponse:
    location = {"Location": f"/api/v1/shipping-methods/{code}"}
    return ApiResponse(201, method_body(selectors.shipping_method(code)), location)


def _new_zone_response(code: str) -> ApiResponse:
    location = {"Location": f"/api/v1/shipping-zones/{code}"}
    return ApiResponse(201, zone_body(selectors.shipping_zone(code)), location)

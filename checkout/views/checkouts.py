"""Checkouts over HTTP."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts.access import ANYONE, OWNER
from checkout import services
from checkout.errors import CheckoutNotFound
from checkout.selectors import CheckoutView, checkout_for
from checkout.serializers.checkouts import (
    CheckoutChangeInput,
    CheckoutInput,
    CheckoutOutput,
    NewCheckoutOutput,
    checkout_body,
    details_from,
)
from checkout.serializers.completions import (
    CompletionInput,
    CompletionOutput,
    PaymentInProgressOutput,
    completion_body,
    payment_from,
)
from core.caller import Caller
from core.http.callers import caller_of, client_address
from core.http.fields import validated
from core.http.idempotency import ApiResponse, write
from core.http.operations import operation
from core.http.serializers import item_requests_from, money_from
from core.http.versions import etag, expected_versions, versioned_read
from core.languages import preferred_language
from pricing.serializers.explanations import CouponInput


class CheckoutViewSet(ViewSet):
    """The way from a cart to an order."""

    @operation(
        "createCheckout",
        "Begin a checkout",
        access=ANYONE,
        request=CheckoutInput,
        responses={201: NewCheckoutOutput},
        errors=services.BEGIN_CHECKOUT_ERRORS,
        tag="Checkout",
        description="Freezes prices and reserves the stock, all of it or nothing. The cart's "
        "earlier checkout, if still open, is canceled.",
    )
    def create(self, request: Request) -> HttpResponse:
        data = validated(CheckoutInput, request)
        caller, now, details = _holder_of(request), timezone.now(), details_from(data)
        accepted = request.headers.get("Accept-Language", "")
        details.setdefault("language", preferred_language(accepted, settings.SHOP_LANGUAGES))

        def begin() -> CheckoutView:
            if "cart_id" in data:
                return services.begin_checkout(
                    caller=caller, cart_id=data["cart_id"], details=details, now=now
                )
            return services.begin_checkout_of_items(
                caller=caller,
                currency=data.get("currency"),
                requested=item_requests_from(data["items"]),
                details=details,
                now=now,
            )

        def response(view: CheckoutView) -> ApiResponse:
            body = checkout_body(view) | ({"token": view.token} if view.token else {})
            location = f"/api/v1/checkouts/{view.checkout.id}"
            return ApiResponse(
                201, body, {"ETag": etag(view.checkout.version), "Location": location}
            )

        return write(request, begin, response)

    @operation(
        "getCheckout",
        "Read a checkout",
        access=OWNER,
        responses={200: CheckoutOutput},
        errors=[CheckoutNotFound],
        versioned=True,
        tag="Checkout",
    )
    def retrieve(self, request: Request, checkout_id: UUID) -> HttpResponse:
        view = checkout_for(caller=caller_of(request), checkout_id=checkout_id, now=timezone.now())
        return versioned_read(request, view.checkout.version, lambda: checkout_body(view))

    @operation(
        "changeCheckout",
        "Change a checkout",
        access=OWNER,
        request=CheckoutChangeInput,
        responses={200: CheckoutOutput},
        errors=services.CHANGE_CHECKOUT_ERRORS,
        versioned=True,
        tag="Checkout",
        description="`items` replace the lines under the reservation: all units are held, or "
        "nothing changes. A line that stays keeps its price.",
    )
    def partial_update(self, request: Request, checkout_id: UUID) -> HttpResponse:
        data = validated(CheckoutChangeInput, request)
        return write(
            request,
            lambda: services.change_checkout(
                caller=_holder_of(request),
                checkout_id=checkout_id,
                details=details_from(data),
                requested=item_requests_from(data.get("items", [])),
                expected_versions=expected_versions(request),
                now=timezone.now(),
            ),
            _response,
        )

    @operation(
        "completeCheckout",
        "Complete a checkout",
        access=OWNER,
        request=CompletionInput,
        responses={201: CompletionOutput, 200: CompletionOutput, 202: PaymentInProgressOutput},
        errors=services.COMPLETE_CHECKOUT_ERRORS,
        versioned=True,
        tag="Checkout",
        description="Pays and places the order. 202 while the payment needs the buyer "
        "(`requires_action`) or its provider has not responded yet (`completing`): complete again "
        "to see how it went. Completing again returns 200 with the same order.",
    )
    def complete(self, request: Request, checkout_id: UUID) -> HttpResponse:
        data = validated(CompletionInput, request)
        return write(
            request,
            lambda: services.complete_checkout(
                caller=caller_of(request),
                checkout_id=checkout_id,
                payment=payment_from(data["payment"]),
                expected_total=money_from(data.get("expected_total")),
                expected_versions=expected_versions(request),
                now=timezone.now(),
            ),
            _completion_response,
        )

    @operation(
        "cancelCheckout",
        "Cancel a checkout",
        access=OWNER,
        responses={200: CheckoutOutput},
        errors=services.CANCEL_CHECKOUT_ERRORS,
        versioned=True,
        tag="Checkout",
        description="Gives the reserved units back. Canceling again changes nothing.",
    )
    def cancel(self, request: Request, checkout_id: UUID) -> HttpResponse:
        return write(
            request,
            lambda: services.cancel_checkout(
                caller=caller_of(request),
                checkout_id=checkout_id,
                expected_versions=expected_versions(request),
                now=timezone.now(),
            ),
            _response,
        )


class CheckoutCouponViewSet(ViewSet):
    """The promotion codes of a checkout. Guessing them is limited."""

    rate_group = "coupon"

    @operation(
        "addCheckoutCoupon",
        "Enter a promotion code",
        access=OWNER,
        request=CouponInput,
        responses={200: CheckoutOutput},
        errors=services.ADD_COUPON_ERRORS,
        versioned=True,
        tag="Checkout",
        description="Prices the checkout again, and holds a use of what then applies. `coupons` "
        "says why a code does not apply; one that is used up is refused.",
    )
    def create(self, request: Request, checkout_id: UUID) -> HttpResponse:
        data = validated(CouponInput, request)
        return write(
            request,
            lambda: services.add_coupon(
                caller=_holder_of(request),
                checkout_id=checkout_id,
                code=data["code"],
                expected_versions=expected_versions(request),
                now=timezone.now(),
            ),
            _response,
        )

    @operation(
        "removeCheckoutCoupon",
        "Take a promotion code out",
        access=OWNER,
        responses={200: CheckoutOutput},
        errors=services.REMOVE_COUPON_ERRORS,
        versioned=True,
        tag="Checkout",
    )
    def destroy(self, request: Request, checkout_id: UUID, code: str) -> HttpResponse:
        return write(
            request,
            lambda: services.remove_coupon(
                caller=_holder_of(request),
                checkout_id=checkout_id,
                code=code,
                expected_versions=expected_versions(request),
                now=timezone.now(),
            ),
            _response,
        )


def _holder_of(request: Request) -> Caller:
    """Return the caller with the IP address, by which someone unknown is told apart."""
    return replace(caller_of(request), ip_address=client_address(request))


def _response(view: CheckoutView) -> ApiResponse:
    return ApiResponse(200, checkout_body(view), {"ETag": etag(view.checkout.version)})


def _completion_response(completion: services.Completion) -> ApiResponse:
    if completion.refusal:
        raise completion.refusal
    body = completion_body(completion)
    if completion.order is None:
        return ApiResponse(202, body)
    headers = {"Location": f"/api/v1/orders/{completion.order.number}"}
    return ApiResponse(200 if completion.repeated else 201, body, headers)

"""Carts over HTTP."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.access import ACCOUNT, ANYONE, OWNER
from carts import services
from carts.domain import CartNotFound, CartView
from carts.selectors import cart_for, current_cart
from carts.serializers import (
    CartInput,
    CartOutput,
    ItemsInput,
    NewCartOutput,
    QuantityInput,
    cart_body,
)
from core.http.callers import caller_of
from core.http.fields import validated
from core.http.idempotency import ApiResponse, write
from core.http.operations import Auth, operation
from core.http.serializers import ItemInput, item_requests_from
from core.http.versions import etag, expected_versions, versioned_read
from core.items import ItemRequest
from pricing.serializers.explanations import CouponInput


class CartViewSet(ViewSet):
    """Carts of customers and guests."""

    @operation(
        "createCart",
        "Create a cart",
        access=ANYONE,
        request=CartInput,
        responses={201: NewCartOutput},
        errors=services.CREATE_CART_ERRORS,
        tag="Carts",
        description="A guest's response carries `token`, this once: send it as `Cart-Token`.",
    )
    def create(self, request: Request) -> HttpResponse:
        data = validated(CartInput, request)
        return write(
            request,
            lambda: services.create_cart(
                caller=caller_of(request),
                currency=data.get("currency"),
                requested=item_requests_from(data.get("items", [])),
                now=timezone.now(),
            ),
            lambda new: ApiResponse(
                201,
                cart_body(new.view) | ({"token": new.token} if new.token else {}),
                {"ETag": etag(new.view.version), "Location": f"/api/v1/carts/{new.view.id}"},
            ),
        )

    @operation(
        "getCurrentCart",
        "Read the cart in use",
        access=OWNER,
        responses={200: CartOutput},
        errors=[CartNotFound],
        tag="Carts",
        description="The open cart that the caller changed last. Which cart that is depends on the "
        "caller and changes over time: cache it under its `id`, and read it by `id` to get a 304.",
    )
    def current(self, request: Request) -> HttpResponse:
        cart = current_cart(caller=caller_of(request), now=timezone.now())
        headers = {"ETag": etag(cart.version), "Cache-Control": "private, no-store"}
        return Response(cart_body(cart), headers=headers)

    @operation(
        "getCart",
        "Read a cart",
        access=OWNER,
        responses={200: CartOutput},
        errors=[CartNotFound],
        versioned=True,
        tag="Carts",
    )
    def retrieve(self, request: Request, cart_id: UUID) -> HttpResponse:
        cart = cart_for(caller=caller_of(request), cart_id=cart_id, now=timezone.now())
        return versioned_read(request, cart.version, lambda: cart_body(cart))

    @operation(
        "claimCart",
        "Claim a guest cart",
        access=ACCOUNT,
        responses={200: CartOutput},
        errors=services.CLAIM_CART_ERRORS,
        versioned=True,
        tag="Carts",
        auth=Auth.CLAIM,
        description="With an access token and `Cart-Token` together: the guest cart becomes, or "
        "merges into, the customer's open cart. Claiming again returns that cart, and "
        "needs no `Cart-Token`. A cart that was ordered brings its order along, once the "
        "account's e-mail address is verified.",
    )
    def claim(self, request: Request, cart_id: UUID) -> HttpResponse:
        return write(
            request,
            lambda: services.claim_cart(
                caller=caller_of(request),
                cart_id=cart_id,
                expected_versions=expected_versions(request),
                now=timezone.now(),
            ),
            _response,
        )


class CartItemViewSet(ViewSet):
    """The lines of a cart."""

    @operation(
        "addCartItem",
        "Add units of a SKU",
        access=OWNER,
        request=ItemInput,
        responses={200: CartOutput},
        errors=services.ADD_ITEM_ERRORS,
        versioned=True,
        tag="Carts",
        description="Adds to the line of the SKU if there is one. Concurrent adds all count.",
    )
    def create(self, request: Request, cart_id: UUID) -> HttpResponse:
        data = validated(ItemInput, request)
        return write(
            request,
            lambda: services.add_item(
                caller=caller_of(request),
                cart_id=cart_id,
                item=ItemRequest(data["sku"], data["quantity"]),
                expected_versions=expected_versions(request),
                now=timezone.now(),
            ),
            _response,
        )

    @operation(
        "replaceCartItems",
        "Replace all lines",
        access=OWNER,
        request=ItemsInput,
        responses={200: CartOutput},
        errors=services.ADD_ITEM_ERRORS,
        versioned=True,
        tag="Carts",
    )
    def replace(self, request: Request, cart_id: UUID) -> HttpResponse:
        data = validated(ItemsInput, request)
        return write(
            request,
            lambda: services.replace_items(
                caller=caller_of(request),
                cart_id=cart_id,
                requested=item_requests_from(data["items"]),
                expected_versions=expected_versions(request),
                now=timezone.now(),
            ),
            _response,
        )

    @operation(
        "changeCartItem",
        "Change the quantity of a line",
        access=OWNER,
        request=QuantityInput,
        responses={200: CartOutput},
        errors=services.CHANGE_ITEM_ERRORS,
        versioned=True,
        tag="Carts",
        description="0 removes the line.",
    )
    def partial_update(self, request: Request, cart_id: UUID, item_id: UUID) -> HttpResponse:
        data = validated(QuantityInput, request)
        return write(
            request,
            lambda: services.change_item(
                caller=caller_of(request),
                cart_id=cart_id,
                item_id=item_id,
                quantity=data["quantity"],
                expected_versions=expected_versions(request),
                now=timezone.now(),
            ),
            _response,
        )

    @operation(
        "removeCartItem",
        "Remove a line",
        access=OWNER,
        responses={200: CartOutput},
        errors=services.REMOVE_ITEM_ERRORS,
        versioned=True,
        tag="Carts",
    )
    def destroy(self, request: Request, cart_id: UUID, item_id: UUID) -> HttpResponse:
        return write(
            request,
            lambda: services.remove_item(
                caller=caller_of(request),
                cart_id=cart_id,
                item_id=item_id,
                expected_versions=expected_versions(request),
                now=timezone.now(),
            ),
            _response,
        )


class CartCouponViewSet(ViewSet):
    """The promotion codes of a cart. Guessing them is limited."""

    rate_group = "coupon"

    @operation(
        "addCartCoupon",
        "Enter a promotion code",
        access=OWNER,
        request=CouponInput,
        responses={200: CartOutput},
        errors=services.ADD_COUPON_ERRORS,
        versioned=True,
        tag="Carts",
        description="A code counts once. `coupons` says whether it applies and, if not, why.",
    )
    def create(self, request: Request, cart_id: UUID) -> HttpResponse:
        data = validated(CouponInput, request)
        return write(
            request,
            lambda: services.add_coupon(
                caller=caller_of(request),
                cart_id=cart_id,
                code=data["code"],
                expected_versions=expected_versions(request),
                now=timezone.now(),
            ),
            _response,
        )

    @operation(
        "removeCartCoupon",
        "Take a promotion code out",
        access=OWNER,
        responses={200: CartOutput},
        errors=services.REMOVE_COUPON_ERRORS,
        versioned=True,
        tag="Carts",
    )
    def destroy(self, request: Request, cart_id: UUID, code: str) -> HttpResponse:
        return write(
            request,
            lambda: services.remove_coupon(
                caller=caller_of(request),
                cart_id=cart_id,
                code=code,
                expected_versions=expected_versions(request),
                now=timezone.now(),
            ),
            _response,
        )


def _response(cart: CartView) -> ApiResponse:
    return ApiResponse(200, cart_body(cart), {"ETag": etag(cart.version)})

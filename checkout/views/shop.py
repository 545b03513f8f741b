"""What a storefront asks before anything else, over HTTP."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts.access import ANYONE
from catalog.selectors import CLOCK
from checkout.selectors import the_shop
from checkout.serializers.shop import ShopOutput, shop_body
from core.http.operations import operation
from core.http.response_cache import public_response


class ShopViewSet(ViewSet):
    """The shop itself."""

    @operation(
        "getShop",
        "Read what the shop is",
        access=ANYONE,
        responses={200: ShopOutput},
        versioned=True,
        tag="Shop",
        description="Currencies, languages, ways to pay and what a purchase needs.",
    )
    def retrieve(self, request: Request) -> HttpResponse:
        base = request.build_absolute_uri("/")
        return public_response(
            request, lambda: shop_body(the_shop(now=timezone.now()), base=base), clock=CLOCK
        )

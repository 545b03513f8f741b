from __future__ import annotations

from django.urls import path

from carts.views import CartCouponViewSet, CartItemViewSet, CartViewSet, PricePreviewViewSet

urlpatterns = [
    path("carts", CartViewSet.as_view({"post": "create"})),
    path("price-preview", PricePreviewViewSet.as_view({"post": "create"})),
    path("carts/current", CartViewSet.as_view({"get": "current"})),
    path("carts/<uuid:cart_id>", CartViewSet.as_view({"get": "retrieve"})),
    path("carts/<uuid:cart_id>/claim", CartViewSet.as_view({"post": "claim"})),
    path(
        "carts/<uuid:cart_id>/items",
        CartItemViewSet.as_view({"post": "create", "put": "replace"}),
    ),
    path(
        "carts/<uuid:cart_id>/items/<uuid:item_id>",
        CartItemViewSet.as_view({"patch": "partial_update", "delete": "destroy"}),
    ),
    path("carts/<uuid:cart_id>/coupons", CartCouponViewSet.as_view({"post": "create"})),
    path(
        "carts/<uuid:cart_id>/coupons/<str:code>",
        CartCouponViewSet.as_view({"delete": "destroy"}),
    ),
]

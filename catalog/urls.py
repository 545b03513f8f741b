"""Paths of the catalog."""

from __future__ import annotations

from django.urls import path

from catalog.views import (
    CategoryViewSet,
    ImageViewSet,
    ListPriceViewSet,
    PriceListViewSet,
    ProductStatusViewSet,
    ProductViewSet,
    StockViewSet,
    UploadViewSet,
    VariantViewSet,
    image_file,
)

urlpatterns = [
    path("categories", CategoryViewSet.as_view({"get": "list"})),
    path("categories/<str:slug>/media", UploadViewSet.as_view({"post": "of_category"})),
    path(
        "media/<uuid:image_id>",
        ImageViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ),
    path("price-lists", PriceListViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "price-lists/<str:list_code>",
        PriceListViewSet.as_view(
            {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
        ),
    ),
    path(
        "price-lists/<str:list_code>/prices",
        ListPriceViewSet.as_view({"get": "list", "post": "create"}),
    ),
    path(
        "price-lists/<str:list_code>/prices/<uuid:price_id>",
        ListPriceViewSet.as_view({"delete": "destroy"}),
    ),
    path("products", ProductViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "products/<str:slug>",
        ProductViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ),
    path("products/<str:slug>/publish", ProductStatusViewSet.as_view({"post": "publish"})),
    path("products/<str:slug>/unpublish", ProductStatusViewSet.as_view({"post": "unpublish"})),
    path("products/<str:slug>/archive", ProductStatusViewSet.as_view({"post": "archive"})),
    path("products/<str:slug>/media", UploadViewSet.as_view({"post": "of_product"})),
    path("products/<str:slug>/variants", ProductViewSet.as_view({"post": "add_variant"})),
    path("variants/<path:sku>/stock", StockViewSet.as_view({"get": "retrieve"})),
    path("variants/<path:sku>/stock-adjustments", StockViewSet.as_view({"post": "adjust"})),
    path("variants/<path:sku>", VariantViewSet.as_view({"patch": "partial_update"})),
]

media_urlpatterns = [path("media/<path:name>", image_file, name="media")]

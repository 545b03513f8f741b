from __future__ import annotations

from django.urls import path

from orders.views import FulfillmentViewSet, OrderExportViewSet, OrderViewSet

urlpatterns = [
    path("orders", OrderViewSet.as_view({"get": "list"})),
    path("exports/orders", OrderExportViewSet.as_view({"get": "list"})),
    path("orders/<str:number>", OrderViewSet.as_view({"get": "retrieve"})),
    path("orders/<str:number>/payments", OrderViewSet.as_view({"post": "capture"})),
    path("orders/<str:number>/refunds", OrderViewSet.as_view({"post": "refund"})),
    path("orders/<str:number>/fulfillments", FulfillmentViewSet.as_view({"post": "create"})),
    path(
        "orders/<str:number>/fulfillments/<uuid:fulfillment_id>/deliver",
        FulfillmentViewSet.as_view({"post": "deliver"}),
    ),
    path(
        "orders/<str:number>/fulfillments/<uuid:fulfillment_id>/cancel",
        FulfillmentViewSet.as_view({"post": "cancel"}),
    ),
    path("orders/<str:number>/cancel", OrderViewSet.as_view({"post": "cancel"})),
]

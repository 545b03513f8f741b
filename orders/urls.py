from __future__ import annotations

from django.urls import path

from orders.views import (
    AttendingViewSet,
    EditViewSet,
    EmailViewSet,
    FulfillmentViewSet,
    InvoiceViewSet,
    OrderExportViewSet,
    OrderLookupViewSet,
    OrderViewSet,
    ReturnViewSet,
    WithdrawalViewSet,
)

urlpatterns = [
    path("orders", OrderViewSet.as_view({"get": "list"})),
    path("exports/orders", OrderExportViewSet.as_view({"get": "list"})),
    path("orders/lookup", OrderLookupViewSet.as_view({"post": "create"})),
    path("orders/<str:number>", OrderViewSet.as_view({"get": "retrieve"})),
    path("orders/<str:number>/events", OrderViewSet.as_view({"get": "events"})),
    path("orders/<str:number>/invoice", InvoiceViewSet.as_view({"get": "latest"})),
    path("orders/<str:number>/invoices", InvoiceViewSet.as_view({"get": "list"})),
    path(
        "orders/<str:number>/invoices/<str:invoice_number>",
        InvoiceViewSet.as_view({"get": "retrieve"}),
    ),
    path("orders/<str:number>/notes", AttendingViewSet.as_view({"post": "note"})),
    path("orders/<str:number>/hold", AttendingViewSet.as_view({"post": "hold"})),
    path("orders/<str:number>/release", AttendingViewSet.as_view({"post": "release"})),
    path("orders/<str:number>/emails", EmailViewSet.as_view({"post": "create"})),
    path("orders/<str:number>/payments", OrderViewSet.as_view({"post": "capture"})),
    path("orders/<str:number>/edits", EditViewSet.as_view({"post": "create"})),
    path("orders/<str:number>/edits/preview", EditViewSet.as_view({"post": "preview"})),
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
    path("orders/<str:number>/returns", ReturnViewSet.as_view({"post": "create"})),
    *(
        path(
            f"orders/<str:number>/returns/<uuid:return_id>/{step}",
            ReturnViewSet.as_view({"post": step}),
        )
        for step in ("approve", "reject", "receive", "refund")
    ),
    path("orders/<str:number>/withdrawal", WithdrawalViewSet.as_view({"post": "create"})),
    path("orders/<str:number>/cancel", OrderViewSet.as_view({"post": "cancel"})),
]

from __future__ import annotations

from django.urls import path

from checkout.views import CheckoutCouponViewSet, CheckoutViewSet
from checkout.webhooks import PaymentWebhookViewSet

urlpatterns = [
    path("checkouts", CheckoutViewSet.as_view({"post": "create"})),
    path(
        "checkouts/<uuid:checkout_id>",
        CheckoutViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
    ),
    path("checkouts/<uuid:checkout_id>/complete", CheckoutViewSet.as_view({"post": "complete"})),
    path("checkouts/<uuid:checkout_id>/coupons", CheckoutCouponViewSet.as_view({"post": "create"})),
    path(
        "checkouts/<uuid:checkout_id>/coupons/<str:code>",
        CheckoutCouponViewSet.as_view({"delete": "destroy"}),
    ),
    path("payments/webhooks/<slug:provider>", PaymentWebhookViewSet.as_view({"post": "receive"})),
    path("checkouts/<uuid:checkout_id>/cancel", CheckoutViewSet.as_view({"post": "cancel"})),
]

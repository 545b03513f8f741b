"""The admin pages of orders."""

from __future__ import annotations

from functools import partial
from typing import Any, cast
from uuid import UUID

from django.contrib import admin
from django.contrib.postgres.search import SearchQuery
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter
from unfold.decorators import display

from core.backoffice.base import ReadOnlyAdmin
from core.backoffice.columns import address, buyer, consents, link, money, status
from core.backoffice.filters import DaysFilter
from core.ids import normalize_order_number
from events.admin import WithTimeline
from orders.models import Order, OrderLine, OrderQuerySet
from payments.admin import PAYMENT_COLORS, PaymentInline
from payments.domain import PaymentStatus
from pricing.admin import PricedLineInline

ORDER_COLORS = {"open": "info", "completed": "success", "canceled": "danger"}
FULFILLMENT_COLORS = {
    "unfulfilled": "warning",
    "partially_fulfilled": "info",
    "fulfilled": "success",
    "returned": "danger",
}


class PaymentStatusFilter(admin.SimpleListFilter):
    """Filter orders by payment status."""

    title = "payment status"
    parameter_name = "payment_status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(status.value, status.label) for status in PaymentStatus]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        return queryset.filter(Q(payment_state=self.value())) if self.value() else queryset


class OrderLineInline(PricedLineInline):
    """The lines as they were ordered."""

    model = OrderLine
    priced_with = "order"


@admin.register(Order)
class OrderAdmin(WithTimeline, ReadOnlyAdmin):
    """Orders, newest first."""

    shows_personal_data = True
    list_display = [
        "number",
        "placed_at",
        "email",
        "total_money",
        "status_label",
        "payment_label",
        "fulfillment_label",
    ]
    list_filter = [
        ("status", ChoicesDropdownFilter),
        PaymentStatusFilter,
        ("fulfillment_status", ChoicesDropdownFilter),
        ("currency", FieldTextFilter),
        ("placed_at", DaysFilter),
    ]
    list_select_related = ["customer"]
    identifiers = {
        "number": normalize_order_number,
        "search_vector": partial(SearchQuery, config="simple", search_type="plain"),
        "id": UUID,
    }
    search_fields = [*identifiers]
    search_help_text = "Search by order number, email, or ID."
    ordering = ["-id"]
    inlines = [OrderLineInline, PaymentInline]
    fieldsets = [
        (None, {"fields": [
            ("number", "placed_at"), ("email", "customer_link"), ("buyer_text", "consents_text"),
        ]}),
        ("Status", {"fields": [
            ("status", "payment_status", "fulfillment_status"), ("canceled_at", "cancel_reason"),
        ]}),
        ("Totals", {"fields": [
            ("subtotal_money", "discount_money", "shipping_money"),
            ("tax_money", "tax_included", "total_money"),
        ]}),
        ("Shipping", {"fields": [
            ("shipping_address_text", "billing_address_text"),
            ("shipping_title", "vat_number", "checkout_link"),
        ]}),
        ("Timeline", {"fields": ["history"]}),
    ]  # fmt: skip

    subtotal_money = money("subtotal")
    discount_money = money("discount")
    shipping_money = money("shipping")
    tax_money = money("tax")
    total_money = money("total")
    shipping_address_text = address("shipping_address")
    billing_address_text = address("billing_address")
    buyer_text = buyer()
    consents_text = consents()
    status_label = status("status", ORDER_COLORS)
    fulfillment_label = status("fulfillment_status", FULFILLMENT_COLORS, label="Fulfillment")
    customer_link = link(
        "accounts.user",
        pk="customer_id",
        text="customer.email",
        label="Customer",
        empty="Guest",
    )
    checkout_link = link(
        "checkout.checkout", pk="checkout_id", text="checkout_id", label="Checkout"
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        orders: Any = super().get_queryset(request)
        return cast("OrderQuerySet", orders).with_payment_state()

    @display(description="Payment status")
    def payment_status(self, order: Any) -> str:
        """Return the status of the order's payments."""
        return PaymentStatus(order.payment_state).label

    @display(description="Payment", label=PAYMENT_COLORS)
    def payment_label(self, order: Any) -> tuple[str, str]:
        """Return the status of the order's payments, as a colored label."""
        return order.payment_state, PaymentStatus(order.payment_state).label

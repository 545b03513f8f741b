"""The admin pages of orders."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, cast
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter
from unfold.decorators import action

from core.backoffice.base import ReadOnlyAdmin
from core.backoffice.columns import address, link, money, status
from core.backoffice.filters import DaysFilter
from core.http.csv_export import csv_response
from events.admin import WithTimeline
from orders.filters import NEWEST_FIRST
from orders.models import Order, OrderLine, OrderQuerySet
from orders.reports import EXPORT_COLUMNS, export_row, orders_to_export
from orders.selectors import search_condition
from payments.admin import PAYMENT_COLORS, PaymentInline
from pricing.admin import PricedLineInline

ORDER_COLORS = {"open": "info", "completed": "success", "canceled": "danger"}
FULFILLMENT_COLORS = {
    "unfulfilled": "warning",
    "partially_fulfilled": "info",
    "fulfilled": "success",
    "returned": "danger",
}


class ToDoFilter(admin.SimpleListFilter):
    """Filter orders by what staff have to do about them."""

    title = "to do"
    parameter_name = "to_do"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("fulfill", "To fulfill"), ("pay", "To pay")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        orders = cast("OrderQuerySet", queryset)
        match self.value():
            case "fulfill":
                return orders.to_fulfill()
            case "pay":
                return orders.to_pay()
        return orders


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
        ToDoFilter,
        ("status", ChoicesDropdownFilter),
        ("payment_status", ChoicesDropdownFilter),
        ("fulfillment_status", ChoicesDropdownFilter),
        ("currency", FieldTextFilter),
        ("placed_at", DaysFilter),
    ]
    list_select_related = ["customer"]
    search_fields = ["search_text__text"]
    search_help_text = "Search by any part of number, email, name, company, city or SKU, or by ID."
    ordering = ["-id"]
    actions = ["export"]
    inlines = [OrderLineInline, PaymentInline]
    fieldsets = [
        (None, {"fields": [("number", "placed_at"), ("email", "customer_link")]}),
        ("Status", {"fields": [
            ("status", "payment_status", "fulfillment_status"), ("canceled_at", "cancel_reason"),
        ]}),
        ("Totals", {"fields": [
            ("subtotal_money", "discount_money", "shipping_money"),
            ("tax_money", "tax_included", "total_money"),
        ]}),
        ("Shipping", {"fields": [
            ("shipping_address_text", "billing_address_text"),
            ("shipping_title", "checkout_link"),
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
    status_label = status("status", ORDER_COLORS)
    payment_label = status("payment_status", PAYMENT_COLORS, label="Payment")
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

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Sort a range of days by the time, whose index then has both."""
        within_days = any(name.startswith("placed_at_") for name in request.GET)
        return ("-placed_at", "-id") if within_days else ("-id",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        """Return the order of an ID, or those in which every word is found."""
        if not search_term.strip():
            return queryset, False
        with suppress(ValueError):
            return queryset.filter(pk=UUID(search_term.strip())), False
        return queryset.filter(search_condition(search_term)), False

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may take orders out of the shop."""
        return request.user.has_perm("orders.export_order")

    @action(description="Export as CSV", permissions=["export"])
    def export(self, request: HttpRequest, queryset: QuerySet[Order]) -> StreamingHttpResponse:
        """Stream the selected orders, of any number, as a file that spreadsheets open."""
        return csv_response(
            orders_to_export().filter(pk__in=queryset.order_by().values("pk")),
            ordering=NEWEST_FIRST,
            columns=EXPORT_COLUMNS,
            row_of=export_row,
            name="orders.csv",
            bom=True,
        )

"""What was bought: a snapshot to look at, with its money, its units and its history."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.postgres.search import SearchQuery
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter
from unfold.decorators import display

from core.backoffice.base import ReadOnlyAdmin
from core.backoffice.columns import address, link_to, money, status
from core.backoffice.filters import DaysFilter
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
    """Finds orders by how far their payment is."""

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


def _words(text: str) -> SearchQuery:
    return SearchQuery(text, config="simple", search_type="plain")


@admin.register(Order)
class OrderAdmin(WithTimeline, ReadOnlyAdmin):
    """Orders, newest first."""

    shows_personal_data = True
    list_display = ["number", "placed_at", "email", "due", "state", "paid", "sent"]
    list_filter = [
        ("status", ChoicesDropdownFilter),
        PaymentStatusFilter,
        ("fulfillment_status", ChoicesDropdownFilter),
        ("currency", FieldTextFilter),
        ("placed_at", DaysFilter),
    ]
    list_select_related = ["customer"]
    identifiers = {"search_vector": _words, "id": UUID}
    search_fields = [*identifiers]
    search_help_text = "A whole order number, e-mail address or id."
    ordering = ["-id"]
    inlines = [OrderLineInline, PaymentInline]
    fieldsets = [
        (None, {"fields": [("number", "placed_at"), ("email", "buyer")]}),
        ("State", {"fields": [
            ("status", "paid", "fulfillment_status"), ("canceled_at", "cancel_reason"),
        ]}),
        ("Totals", {"fields": [("goods", "off", "delivery"), ("taxed", "due")]}),
        ("Delivery", {"fields": [
            ("ship_to", "bill_to"), ("shipping_title", "started"),
        ]}),
        ("Timeline", {"fields": ["history"]}),
    ]  # fmt: skip

    goods = money("subtotal")
    off = money("discount")
    delivery = money("shipping")
    taxed = money("tax", label="Tax")
    due = money("total")
    ship_to = address("shipping_address")
    bill_to = address("billing_address")
    state = status("status", ORDER_COLORS)
    sent = status("fulfillment_status", FULFILLMENT_COLORS, label="Fulfillment")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        orders: OrderQuerySet = super().get_queryset(request)
        return orders.with_payment_state()

    @display(description="Payment", label=PAYMENT_COLORS)
    def paid(self, order: Any) -> tuple[str, str]:
        """Show the status of the order's payments."""
        return order.payment_state, PaymentStatus(order.payment_state).label

    @display(description="Customer")
    def buyer(self, order: Order) -> str:
        """The account, or that a guest bought it."""
        customer = order.customer
        return link_to("accounts.user", customer.pk, customer.email) if customer else "Guest"

    @display(description="Checkout")
    def started(self, order: Order) -> str:
        """The checkout that it grew out of."""
        return link_to("checkout.checkout", order.checkout_id, order.checkout_id)

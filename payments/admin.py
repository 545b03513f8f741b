"""Money in and out, to look at."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter
from unfold.decorators import display

from core.backoffice.base import ReadOnlyAdmin, ReadOnlyInline
from core.backoffice.columns import link_to, money, status
from core.backoffice.filters import DaysFilter
from payments.models import LedgerEntry, Operation, Payment, WebhookEvent

PAYMENT_COLORS = {
    "pending": "warning",
    "authorized": "info",
    "paid": "success",
    "partially_refunded": "info",
    "failed": "danger",
}


class LedgerInline(ReadOnlyInline):
    """The movements of a payment's money."""

    model = LedgerEntry
    fields = ["created_at", "kind", "moved", "reference"]
    ordering = ["id"]

    moved = money("amount", currency="payment.currency")

    def get_queryset(self, request: HttpRequest) -> QuerySet[LedgerEntry]:
        return super().get_queryset(request).select_related("payment")


class OperationInline(ReadOnlyInline):
    """The captures, voids and refunds that were asked for."""

    model = Operation
    fields = ["created_at", "kind", "moved", "status", "reason", "last_error", "finished_at"]
    ordering = ["id"]

    moved = money("amount", currency="payment.currency")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Operation]:
        return super().get_queryset(request).select_related("payment")


class WebhookEventInline(ReadOnlyInline):
    """What the provider told of its own accord."""

    model = WebhookEvent
    fields = ["received_at", "kind", "event_id"]
    ordering = ["id"]


class UnsettledFilter(admin.SimpleListFilter):
    """Finds what recovery still has to ask the provider about."""

    title = "outcome"
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("unknown", "Not known yet")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Payment]) -> QuerySet[Payment]:
        return queryset.filter(next_attempt_at__isnull=False) if self.value() else queryset


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    """Payments, newest first. Means of payment (tokens) are not shown."""

    list_display = [
        "id",
        "due",
        "state",
        "received",
        "returned",
        "provider",
        "placed",
        "created_at",
    ]
    list_filter = [
        ("status", ChoicesDropdownFilter),
        UnsettledFilter,
        ("provider", FieldTextFilter),
        ("created_at", DaysFilter),
    ]
    list_select_related = ["order"]
    identifiers = {"reference": str, "order__number": str.upper, "id": UUID}
    search_fields = [*identifiers]
    search_help_text = "A provider's reference, an order's number or a payment's id."
    ordering = ["-id"]
    fieldsets = [
        (None, {"fields": [("id", "created_at"), ("placed", "started"),
                           ("provider", "reference")]}),
        ("Money", {"fields": [("due", "held", "received"), ("let_go", "returned", "returning")]}),
        ("State", {"fields": [("status", "step", "capture"), ("decline_code", "last_error"),
                              ("lookup_attempts", "next_attempt_at")]}),
    ]  # fmt: skip
    inlines = [LedgerInline, OperationInline, WebhookEventInline]

    due = money("amount")
    held = money("authorized")
    received = money("captured")
    let_go = money("voided")
    returned = money("refunded")
    returning = money("refunding")
    state = status("status", PAYMENT_COLORS)

    @display(description="Order", empty_value="–")
    def placed(self, payment: Payment) -> str | None:
        """The order that it pays for."""
        order = payment.order
        return link_to("orders.order", order.pk, order.number) if order else None

    @display(description="Checkout")
    def started(self, payment: Payment) -> str:
        """The checkout that it was started in."""
        return link_to("checkout.checkout", payment.checkout_id, payment.checkout_id)


class PaymentInline(ReadOnlyInline):
    """The payments of an order or a checkout."""

    model = Payment
    fields = ["payment", "due", "received", "returned", "status", "provider", "created_at"]
    ordering = ["id"]

    due = money("amount")
    received = money("captured")
    returned = money("refunded")

    @display(description="Payment")
    def payment(self, payment: Payment) -> str:
        """A link to its own page."""
        return link_to("payments.payment", payment.pk, "Open")

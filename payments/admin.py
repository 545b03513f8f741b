"""The admin pages of payments."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter
from unfold.decorators import display

from core.backoffice.base import ReadOnlyAdmin, ReadOnlyInline
from core.backoffice.columns import link, link_to, money, status, text
from core.backoffice.filters import DaysFilter
from core.email_address import normalize_email
from core.ids import normalize_order_number
from payments.models import LedgerEntry, Operation, Payment, PaymentQuerySet, WebhookEvent

PAYMENT_COLORS = {
    "pending": "warning",
    "authorized": "info",
    "paid": "success",
    "partially_refunded": "info",
    "failed": "danger",
}


class LedgerInline(ReadOnlyInline):
    """The ledger entries of a payment."""

    model = LedgerEntry
    fields = ["created_at", "kind", "amount_money", "reference"]
    ordering = ["id"]

    amount_money = money("amount", currency="payment.currency")

    def get_queryset(self, request: HttpRequest) -> QuerySet[LedgerEntry]:
        return super().get_queryset(request).select_related("payment")


class OperationInline(ReadOnlyInline):
    """The captures, voids and refunds that were requested."""

    model = Operation
    fields = ["created_at", "kind", "amount_money", "status", "reason", "last_error", "finished_at"]
    ordering = ["id"]

    amount_money = money("amount", currency="payment.currency")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Operation]:
        return super().get_queryset(request).select_related("payment")


class WebhookEventInline(ReadOnlyInline):
    """The webhook events of the provider."""

    model = WebhookEvent
    fields = ["received_at", "kind", "event"]
    ordering = ["id"]

    event = text("event_id", label="Event ID")


class OutcomeFilter(admin.SimpleListFilter):
    """Filter payments whose outcome recovery still has to look up at the provider.

    Those that are stuck include the ones with a capture, void or refund of that kind.
    """

    title = "outcome"
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("unknown", "Unknown"), ("stuck", "Unknown for too long")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Payment]) -> QuerySet[Payment]:
        match self.value():
            case "unknown":
                return queryset.filter(next_attempt_at__isnull=False)
            case "stuck":
                return cast("PaymentQuerySet", queryset).stuck(now=timezone.now())
        return queryset


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    """Payments, newest first. Payment tokens are not shown."""

    shows_personal_data = True
    list_display = [
        "created_at",
        "amount_money",
        "status_label",
        "captured_money",
        "refunded_money",
        "provider",
        "order_link",
        "email",
    ]
    list_filter = [
        ("status", ChoicesDropdownFilter),
        OutcomeFilter,
        ("provider", FieldTextFilter),
        ("created_at", DaysFilter),
    ]
    list_select_related = ["order", "checkout"]
    identifiers = {
        "reference": str,
        "order__number": normalize_order_number,
        "order__email": normalize_email,
        "id": UUID,
    }
    search_fields = [*identifiers]
    labels = {"next_attempt_at": "Next lookup"}
    help_texts = {
        "step": "The last step that the provider reported.",
        "reference": "The ID of the payment at the provider.",
        "next_attempt_at": "When the provider is asked again; empty if the outcome is known.",
    }
    search_help_text = "Search by order, email, reference or ID."
    ordering = ["-id"]
    fieldsets = [
        (None, {"fields": [("row_id", "created_at"), ("order_link", "checkout_link"),
                           "email", ("provider", "reference")]}),
        ("Amounts", {"fields": [
            ("amount_money", "authorized_money", "captured_money"),
            ("voided_money", "refunded_money", "refunding_money"),
        ]}),
        ("Status", {"fields": [("status", "step", "capture"), ("decline_code", "last_error"),
                              ("lookup_attempts", "next_attempt_at")]}),
    ]  # fmt: skip
    inlines = [LedgerInline, OperationInline, WebhookEventInline]

    amount_money = money("amount")
    authorized_money = money("authorized")
    captured_money = money("captured")
    voided_money = money("voided")
    refunded_money = money("refunded")
    refunding_money = money("refunding", label="Pending refunds")
    status_label = status("status", PAYMENT_COLORS)
    email = text("checkout.email", label="Email")
    order_link = link("orders.order", pk="order_id", text="order.number", label="Order")
    checkout_link = link(
        "checkout.checkout", pk="checkout_id", text="checkout_id", label="Checkout"
    )


class PaymentInline(ReadOnlyInline):
    """The payments of an order or a checkout."""

    model = Payment
    fields = [
        "payment",
        "amount_money",
        "captured_money",
        "refunded_money",
        "status",
        "provider",
        "created_at",
    ]
    ordering = ["id"]

    amount_money = money("amount")
    captured_money = money("captured")
    refunded_money = money("refunded")

    @display(description="Payment")
    def payment(self, payment: Payment) -> str:
        """Return a link to the payment's page."""
        return link_to("payments.payment", payment.pk, "View payment")

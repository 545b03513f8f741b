"""The admin pages of checkouts."""

from __future__ import annotations

from uuid import UUID

from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter
from unfold.decorators import display

from checkout.models import Checkout, CheckoutLine
from core.backoffice.base import ReadOnlyAdmin
from core.backoffice.columns import address, buyer, consents, link, link_to, money, status
from core.backoffice.filters import DaysFilter
from core.email_address import normalize_email
from events.admin import WithTimeline
from inventory.admin import ReservationInline
from payments.admin import PaymentInline
from pricing.admin import PricedLineInline

CHECKOUT_COLORS = {
    "ready": "info",
    "completing": "warning",
    "requires_action": "warning",
    "completed": "success",
    "canceled": "danger",
}


class CheckoutLineInline(PricedLineInline):
    """The lines, with the prices of the checkout."""

    model = CheckoutLine
    priced_with = "checkout"


@admin.register(Checkout)
class CheckoutAdmin(WithTimeline, ReadOnlyAdmin):
    """Checkouts, newest first."""

    shows_personal_data = True
    list_display = [
        "created_at",
        "email",
        "total_money",
        "status_label",
        "order_link",
        "reservation_expires_at",
    ]
    list_filter = [
        ("status", ChoicesDropdownFilter),
        ("currency", FieldTextFilter),
        ("created_at", DaysFilter),
    ]
    list_select_related = ["order", "customer"]
    identifiers = {"id": UUID, "cart": UUID, "email": normalize_email}
    search_fields = [*identifiers]
    search_help_text = "Search by checkout ID, cart ID, or email."
    ordering = ["-id"]
    inlines = [CheckoutLineInline, ReservationInline, PaymentInline]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("row_id", "version"),
                    ("email", "customer_link"),
                    ("buyer_text", "consents_text"),
                    ("cart_link", "order_link"),
                ]
            },
        ),
        (
            "Status",
            {"fields": [("status", "reservation_expires_at"), ("created_at", "updated_at")]},
        ),
        (
            "Totals",
            {
                "fields": [
                    ("subtotal_money", "discount_money", "shipping_money"),
                    ("tax_money", "tax_included", "total_money"),
                ]
            },
        ),
        (
            "Shipping",
            {
                "fields": [
                    ("shipping_address_text", "billing_address_text"),
                    ("shipping_title", "vat_number"),
                ]
            },
        ),
        ("Timeline", {"fields": ["history"]}),
    ]

    subtotal_money = money("subtotal")
    discount_money = money("discount")
    shipping_money = money("shipping")
    tax_money = money("tax")
    total_money = money("total")
    shipping_address_text = address("shipping_address")
    billing_address_text = address("billing_address")
    buyer_text = buyer()
    consents_text = consents()
    status_label = status("status", CHECKOUT_COLORS)
    customer_link = link(
        "accounts.user",
        pk="customer_id",
        text="customer.email",
        label="Customer",
        empty="Guest",
    )
    cart_link = link("carts.cart", pk="cart_id", text="cart_id", label="Cart")

    @display(description="Order", empty_value="–")
    def order_link(self, checkout: Checkout) -> str | None:
        """Return a link to the order that was placed."""
        order = getattr(checkout, "order", None)
        return link_to("orders.order", order.pk, order.number) if order else None

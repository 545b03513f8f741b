"""The admin pages of checkouts and shipping methods."""

from __future__ import annotations

from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter
from unfold.decorators import display

from checkout.models import Checkout, CheckoutLine, ShippingMethod, ShippingPrice
from core.backoffice.base import PriceInline, ReadOnlyAdmin, ShopAdmin
from core.backoffice.columns import address, link, link_to, money, status
from core.backoffice.filters import DaysFilter
from core.email_address import normalize_email
from core.money import format_money
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
        "row_id",
        "email",
        "total_money",
        "status_label",
        "order_link",
        "created_at",
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


class ShippingPriceInline(PriceInline):
    """The prices of a shipping method."""

    model = ShippingPrice


@admin.register(ShippingMethod)
class ShippingMethodAdmin(ShopAdmin):
    """Shipping methods. An order keeps the title and price that it was placed with."""

    list_display = ["title", "code", "prices", "position", "active"]
    list_filter = ["active"]
    search_fields = ["title", "code"]
    search_help_text = "Search by title or code."
    help_texts = {"code": "Used by the API. It cannot be changed later."}
    ordering = ["position", "code"]
    fields = ["title", "code", ("position", "active")]
    inlines = [ShippingPriceInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShippingMethod]:
        return super().get_queryset(request).prefetch_related("prices")

    def get_readonly_fields(
        self, request: HttpRequest, obj: ShippingMethod | None = None
    ) -> list[str]:
        return ["code"] if obj else []

    @display(description="Prices")
    def prices(self, method: ShippingMethod) -> str:
        """Return the price in each currency."""
        prices = [format_money(price.amount, price.currency) for price in method.prices.all()]
        return ", ".join(sorted(prices)) or "–"

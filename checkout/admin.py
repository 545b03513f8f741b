"""Checkouts to look at, and the shipping methods that they offer."""

from __future__ import annotations

from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter
from unfold.decorators import display

from checkout.models import Checkout, CheckoutLine, ShippingMethod, ShippingPrice
from core.backoffice.base import EditableInline, ReadOnlyAdmin, ShopAdmin
from core.backoffice.columns import address, link_to, money, status
from core.backoffice.filters import DaysFilter
from core.backoffice.forms import PriceForm
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
    """The lines at their frozen prices."""

    model = CheckoutLine
    priced_with = "checkout"


@admin.register(Checkout)
class CheckoutAdmin(WithTimeline, ReadOnlyAdmin):
    """Checkouts, newest first."""

    shows_personal_data = True
    list_display = ["id", "email", "due", "state", "placed", "created_at", "reservation_expires_at"]
    list_filter = [
        ("status", ChoicesDropdownFilter),
        ("currency", FieldTextFilter),
        ("created_at", DaysFilter),
    ]
    list_select_related = ["order", "customer"]
    identifiers = {"id": UUID, "cart": UUID, "email": str}
    search_fields = [*identifiers]
    search_help_text = "The id of a checkout or cart, or an e-mail address."
    ordering = ["-id"]
    inlines = [CheckoutLineInline, ReservationInline, PaymentInline]
    fieldsets = [
        (None, {"fields": [("id", "version"), ("email", "buyer"), ("basket", "placed")]}),
        ("State", {"fields": [("status", "reservation_expires_at"), ("created_at", "updated_at")]}),
        ("Totals", {"fields": [("goods", "off", "delivery"), ("taxed", "due")]}),
        ("Delivery", {"fields": [("ship_to", "bill_to"), "shipping_title"]}),
        ("Timeline", {"fields": ["history"]}),
    ]

    goods = money("subtotal")
    off = money("discount")
    delivery = money("shipping")
    taxed = money("tax", label="Tax")
    due = money("total")
    ship_to = address("shipping_address")
    bill_to = address("billing_address")
    state = status("status", CHECKOUT_COLORS)

    @display(description="Customer")
    def buyer(self, checkout: Checkout) -> str:
        """The account, or that it is a guest's."""
        customer = checkout.customer
        return link_to("accounts.user", customer.pk, customer.email) if customer else "Guest"

    @display(description="Cart")
    def basket(self, checkout: Checkout) -> str:
        """The cart whose lines these are."""
        return link_to("carts.cart", checkout.cart_id, checkout.cart_id)

    @display(description="Order", empty_value="–")
    def placed(self, checkout: Checkout) -> str | None:
        """The order that it became."""
        order = getattr(checkout, "order", None)
        return link_to("orders.order", order.pk, order.number) if order else None


class ShippingPriceInline(EditableInline):
    """What the method costs, per currency."""

    model = ShippingPrice
    form = PriceForm
    fields = ["currency", "amount"]


@admin.register(ShippingMethod)
class ShippingMethodAdmin(ShopAdmin):
    """Ways to deliver. Orders keep the title and price that they were placed with."""

    list_display = ["title", "code", "costs", "position", "active"]
    list_filter = ["active"]
    search_fields = ["title", "code"]
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
    def costs(self, method: ShippingMethod) -> str:
        """In every currency."""
        prices = [format_money(price.amount, price.currency) for price in method.prices.all()]
        return ", ".join(sorted(prices)) or "–"

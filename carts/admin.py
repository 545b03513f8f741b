"""What people want to buy, to look at."""

from __future__ import annotations

from uuid import UUID

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter
from unfold.decorators import display

from carts.models import Cart, CartLine
from core.backoffice.base import ReadOnlyAdmin, ReadOnlyInline
from core.backoffice.columns import link_to, money, status
from core.backoffice.filters import DaysFilter

CART_COLORS = {"open": "info", "ordered": "success"}


class CartLineInline(ReadOnlyInline):
    """The lines, at the prices that their buyer saw."""

    model = CartLine
    fields = ["sku", "title", "quantity", "price"]

    price = money("seen_price", currency="cart.currency", label="Price when added")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CartLine]:
        return super().get_queryset(request).select_related("variant__product", "cart")

    @display(description="SKU")
    def sku(self, line: CartLine) -> str:
        """A link to the variant."""
        return link_to("catalog.variant", line.variant_id, line.variant.sku)

    @display(description="Title")
    def title(self, line: CartLine) -> str:
        """Of the product and the variant."""
        return f"{line.variant.product.title} {line.variant.title}".strip()


@admin.register(Cart)
class CartAdmin(ReadOnlyAdmin):
    """Carts, newest first."""

    shows_personal_data = True
    list_display = ["id", "owner", "state", "lines", "currency", "updated_at", "expires_at"]
    list_filter = [
        ("status", ChoicesDropdownFilter),
        ("currency", FieldTextFilter),
        ("updated_at", DaysFilter),
    ]
    list_select_related = ["customer"]
    identifiers = {"id": UUID, "customer__email": str.lower}
    search_fields = [*identifiers]
    search_help_text = "The id of a cart, or the e-mail address of a customer."
    ordering = ["-id"]
    fields = [
        ("id", "version"),
        ("owner", "status"),
        ("currency", "expires_at"),
        ("created_at", "updated_at"),
    ]
    inlines = [CartLineInline]

    state = status("status", CART_COLORS)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Cart]:
        lines = CartLine.objects.filter(cart=OuterRef("pk")).order_by().values("cart")
        counted = Subquery(lines.annotate(count=Count("*")).values("count"))
        return super().get_queryset(request).annotate(line_count=counted)

    @display(description="Owner")
    def owner(self, cart: Cart) -> str:
        """The customer, or that it is a guest's."""
        customer = cart.customer
        return link_to("accounts.user", customer.pk, customer.email) if customer else "Guest"

    @display(description="Lines")
    def lines(self, cart: Cart) -> int:
        """How many lines there are."""
        return getattr(cart, "line_count", None) or 0

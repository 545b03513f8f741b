"""The admin pages of carts."""

from __future__ import annotations

from uuid import UUID

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter
from unfold.decorators import display
from unfold.forms import PaginationInlineFormSet

from carts.models import Cart, CartLine
from core.backoffice.base import ReadOnlyAdmin, ReadOnlyInline
from core.backoffice.columns import link, link_to, money, status
from core.backoffice.filters import DaysFilter

CART_COLORS = {"open": "info", "ordered": "success"}


def with_line_counts(carts: QuerySet[Cart]) -> QuerySet[Cart]:
    """Count the lines of each cart in the statement that reads the carts."""
    lines = CartLine.objects.filter(cart=OuterRef("pk")).order_by().values("cart")
    return carts.annotate(line_count=Subquery(lines.annotate(count=Count("*")).values("count")))


def lines_of(cart: Cart) -> int:
    """Return the number of lines of a cart that was read with it."""
    return getattr(cart, "line_count", None) or 0


class CartLineInline(ReadOnlyInline):
    """The lines, with the prices that the buyer saw."""

    model = CartLine
    fields = ["sku", "title", "quantity", "price"]

    sku = link("catalog.variant", pk="variant_id", text="variant.sku", label="SKU")
    price = money("seen_price", currency="cart.currency", label="Price when added")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CartLine]:
        return super().get_queryset(request).select_related("variant__product", "cart")

    @display(description="Title")
    def title(self, line: CartLine) -> str:
        """Return the titles of the product and the variant."""
        return f"{line.variant.product.title} {line.variant.title}".strip()


class CustomerCartFormSet(PaginationInlineFormSet):
    """The carts of a customer."""

    @classmethod
    def get_default_prefix(cls) -> str:
        """Return a name for the page's address, as the relation has none of its own."""
        return "carts"


class CustomerCartInline(ReadOnlyInline):
    """The carts on the page of a customer, the one used last first."""

    model = Cart
    formset = CustomerCartFormSet
    verbose_name_plural = "carts"
    fields = ["cart", "status", "lines", "currency", "updated_at"]
    ordering = ["-updated_at"]
    per_page = 10

    def get_queryset(self, request: HttpRequest) -> QuerySet[Cart]:
        return with_line_counts(super().get_queryset(request))

    @display(description="Cart")
    def cart(self, cart: Cart) -> str:
        """Return a link to the cart's page."""
        return link_to("carts.cart", cart.pk, f"{cart.created_at:%d %b %Y, %H:%M}")

    @display(description="Lines")
    def lines(self, cart: Cart) -> int:
        """Return the number of lines."""
        return lines_of(cart)


@admin.register(Cart)
class CartAdmin(ReadOnlyAdmin):
    """Carts, newest first."""

    shows_personal_data = True
    list_display = [
        "created_at",
        "customer_link",
        "status_label",
        "lines",
        "currency",
        "updated_at",
        "expires_at",
    ]
    list_filter = [
        ("status", ChoicesDropdownFilter),
        ("currency", FieldTextFilter),
        ("updated_at", DaysFilter),
    ]
    list_select_related = ["customer"]
    identifiers = {"id": UUID, "customer__email": str.lower}
    search_fields = [*identifiers]
    search_help_text = "Search by cart ID or customer email."
    ordering = ["-id"]
    fields = [
        ("row_id", "version"),
        ("customer_link", "status"),
        ("currency", "expires_at"),
        ("created_at", "updated_at"),
    ]
    inlines = [CartLineInline]

    status_label = status("status", CART_COLORS)
    customer_link = link(
        "accounts.user",
        pk="customer_id",
        text="customer.email",
        label="Customer",
        empty="Guest",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Cart]:
        return with_line_counts(super().get_queryset(request))

    @display(description="Lines")
    def lines(self, cart: Cart) -> int:
        """Return the number of lines."""
        return lines_of(cart)

"""The admin pages of orders."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter
from unfold.decorators import action, display
from unfold.forms import PaginationInlineFormSet

from accounts.access import FULFILLMENT
from core.backoffice.base import ReadOnlyAdmin, ReadOnlyInline
from core.backoffice.columns import link_to, money, status
from core.backoffice.filters import DaysFilter
from core.http.csv_export import csv_response
from orders.admin_site.acting import acting_page
from orders.admin_site.bulk import fulfill_many
from orders.admin_site.emails import emails_page
from orders.admin_site.page import FULFILLMENT_COLORS, ORDER_COLORS, order_page
from orders.admin_site.slips import MOST as MOST_SLIPS
from orders.admin_site.slips import slips_page
from orders.filters import NEWEST_FIRST
from orders.models import Order, OrderQuerySet, Return
from orders.reports import EXPORT_COLUMNS, export_row, orders_to_export, spent_by
from orders.selectors import search_condition
from payments.admin import PAYMENT_COLORS
from staff.admin_site.callers import staff_caller


class ToDoFilter(admin.SimpleListFilter):
    """Filter orders by what staff have to do about them."""

    title = "to do"
    parameter_name = "to_do"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("fulfill", "To fulfill"), ("pay", "To pay"), ("returns", "Returns to decide")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        orders = cast("OrderQuerySet", queryset)
        match self.value():
            case "fulfill":
                return orders.to_fulfill()
            case "pay":
                return orders.to_pay()
            case "returns":
                return orders.filter(pk__in=Return.objects.to_decide().values("order"))
        return orders


class CustomerFormSet(PaginationInlineFormSet):
    """The orders of a customer, with what they come to."""

    @classmethod
    def get_default_prefix(cls) -> str:
        """Return a name for the page's address, as the relation has none of its own."""
        return "orders"

    @property
    def summary(self) -> SafeString:
        """Return how many orders there are, what was paid for them, and where they are listed."""
        spending = spent_by(customer_id=self.instance.pk)
        if not spending:
            return SafeString()
        listed = reverse("admin:orders_order_changelist")
        number = sum(each.orders for each in spending)
        return format_html(
            '<a class="text-link" href="{}?customer__id__exact={}">{} {}</a>. '
            "Spent, net of refunds: {}",
            listed,
            self.instance.pk,
            number,
            "order" if number == 1 else "orders",
            ", ".join(str(each.spent) for each in spending),
        )


class CustomerOrderInline(ReadOnlyInline):
    """The orders on the page of a customer, newest first."""

    model = Order
    fk_name = "customer"
    formset = CustomerFormSet
    template_before = "orders/customer_summary.html"
    verbose_name_plural = "orders"
    fields = [
        "order",
        "placed_at",
        "total_money",
        "status",
        "payment_status",
        "fulfillment_status",
    ]
    ordering = ["-id"]
    per_page = 20

    total_money = money("total")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        return super().get_queryset(request).defer("search_vector")

    @display(description="Order")
    def order(self, order: Order) -> str:
        """Return a link to the order's page."""
        return link_to("orders.order", order.pk, order.number)


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    """Orders, newest first; the page of one is made for working on it."""

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
    search_help_text = "Search number, email, name, city, SKU or ID."
    ordering = ["-id"]
    fields = ["number"]
    change_form_template = "orders/order.html"
    actions = ["fulfill_selected", "print_slips", "export"]

    total_money = money("total")
    status_label = status("status", ORDER_COLORS)
    payment_label = status("payment_status", PAYMENT_COLORS, label="Payment")
    fulfillment_label = status("fulfillment_status", FULFILLMENT_COLORS, label="Fulfillment")

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Sort a range of days by the time, whose index then has both."""
        within_days = any(name.startswith("placed_at_") for name in request.GET)
        return ("-placed_at", "-id") if within_days else ("-id",)

    def get_urls(self) -> list[URLPattern]:
        """Return the pages of actions and slips before Django's own, which match anything."""

        def page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
            @functools.wraps(view)
            def permitted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
                if not self.has_view_permission(request):
                    raise PermissionDenied
                return view(request, *args, **kwargs)

            wrapped: Any = self.admin_site.admin_view(permitted)
            wrapped.model_admin = self
            return cast("Callable[..., HttpResponse]", wrapped)

        act = "<uuid:object_id>/do/<slug:action>/"
        of_sent = "<uuid:object_id>/fulfillments/<uuid:fulfillment_id>/<slug:action>/"
        of_return = "<uuid:object_id>/returns/<uuid:return_id>/<slug:action>/"
        return [
            path("slips/", page(slips_page), name="orders_order_slips"),
            path("<uuid:object_id>/emails/", page(emails_page), name="orders_order_emails"),
            path(act, page(acting_page), name="orders_order_act"),
            path(of_sent, page(acting_page), name="orders_order_act_on_fulfillment"),
            path(of_return, page(acting_page), name="orders_order_act_on_return"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the order with the buttons that its state and the user's roles allow."""
        try:
            order_id = UUID(unquote(object_id))
        except ValueError:
            raise Http404 from None
        context = order_page(request, order_id) if request.method == "GET" else {}
        return super().change_view(request, object_id, form_url, context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to the timeline, which is the history of an order."""
        return HttpResponseRedirect(
            f"{reverse('admin:orders_order_change', args=[object_id])}#timeline"
        )

    def has_fulfill_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may send orders, as the API says."""
        return FULFILLMENT.admits(staff_caller(request).roles)

    @admin.action(description="Fulfill the selected orders", permissions=["fulfill"])
    def fulfill_selected(
        self, request: HttpRequest, queryset: QuerySet[Order]
    ) -> HttpResponse | None:
        """Send all that is left of the selected orders, after a question."""
        return fulfill_many(request, queryset)

    @admin.action(description="Print packing slips", permissions=["view"])
    def print_slips(self, request: HttpRequest, queryset: QuerySet[Order]) -> HttpResponse:
        """Open the packing slips of the selected orders."""
        chosen = queryset.order_by("id").values_list("pk", flat=True)[:MOST_SLIPS]
        query = urlencode([("order", str(pk)) for pk in chosen])
        return HttpResponseRedirect(f"{reverse('admin:orders_order_slips')}?{query}")

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

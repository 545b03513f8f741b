"""The admin pages of orders."""

from __future__ import annotations

import functools
from collections.abc import Callable
from functools import partial
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.postgres.search import SearchQuery
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter
from unfold.decorators import display
from unfold.forms import PaginationInlineFormSet

from accounts.access import FULFILLMENT
from core.backoffice.base import ReadOnlyAdmin, ReadOnlyInline
from core.backoffice.columns import link_to, money, status
from core.backoffice.filters import DaysFilter
from core.ids import normalize_order_number
from orders.admin_site.acting import acting_page
from orders.admin_site.bulk import fulfill_many
from orders.admin_site.page import FULFILLMENT_COLORS, ORDER_COLORS, order_page
from orders.admin_site.slips import MOST as MOST_SLIPS
from orders.admin_site.slips import slips_page
from orders.models import Order, OrderQuerySet
from orders.reports import spent_by
from payments.admin import PAYMENT_COLORS
from payments.domain import PaymentStatus
from staff.admin_site.callers import staff_caller


class PaymentStatusFilter(admin.SimpleListFilter):
    """Filter orders by payment status."""

    title = "payment status"
    parameter_name = "payment_status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(status.value, status.label) for status in PaymentStatus]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        return queryset.filter(Q(payment_state=self.value())) if self.value() else queryset


class CustomerFormSet(PaginationInlineFormSet):
    """The orders of a customer, with what they come to."""

    @classmethod
    def get_default_prefix(cls) -> str:
        """Return a name for the page's address, as the relation has none of its own."""
        return "orders"

    @property
    def summary(self) -> str:
        """Return how many orders there are and what was paid for them, net of refunds."""
        sums = ", ".join(map(str, spent_by(customer_id=self.instance.pk)))
        return f"Spent, net of refunds: {sums}" if sums else ""


class CustomerOrderInline(ReadOnlyInline):
    """The orders on the page of a customer, newest first."""

    model = Order
    fk_name = "customer"
    formset = CustomerFormSet
    template_before = "orders/customer_summary.html"
    verbose_name_plural = "orders"
    fields = ["order", "placed_at", "total_money", "order_status", "fulfillment", "payment_label"]
    ordering = ["-id"]
    per_page = 20

    total_money = money("total")
    order_status = status("status", ORDER_COLORS, label="Status")
    fulfillment = status("fulfillment_status", FULFILLMENT_COLORS, label="Fulfillment")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        orders: Any = super().get_queryset(request)
        return cast("OrderQuerySet", orders).with_payment_state().defer("search_vector")

    @display(description="Order")
    def order(self, order: Order) -> str:
        """Return a link to the order's page."""
        return link_to("orders.order", order.pk, order.number)

    @display(description="Payment", label=PAYMENT_COLORS)
    def payment_label(self, order: Any) -> tuple[str, str]:
        """Return the status of the order's payments, as a colored label."""
        return order.payment_state, PaymentStatus(order.payment_state).label


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
        ("status", ChoicesDropdownFilter),
        PaymentStatusFilter,
        ("fulfillment_status", ChoicesDropdownFilter),
        ("currency", FieldTextFilter),
        ("placed_at", DaysFilter),
    ]
    list_select_related = ["customer"]
    identifiers = {
        "number": normalize_order_number,
        "search_vector": partial(SearchQuery, config="simple", search_type="plain"),
        "id": UUID,
    }
    search_fields = [*identifiers]
    search_help_text = "Search by order number, email, or ID."
    ordering = ["-id"]
    fields = ["number"]
    change_form_template = "orders/order.html"
    actions = ["fulfill_selected", "print_slips"]

    total_money = money("total")
    status_label = status("status", ORDER_COLORS)
    fulfillment_label = status("fulfillment_status", FULFILLMENT_COLORS, label="Fulfillment")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        orders: Any = super().get_queryset(request)
        return cast("OrderQuerySet", orders).with_payment_state()

    @display(description="Payment", label=PAYMENT_COLORS)
    def payment_label(self, order: Any) -> tuple[str, str]:
        """Return the status of the order's payments, as a colored label."""
        return order.payment_state, PaymentStatus(order.payment_state).label

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
        return [
            path("slips/", page(slips_page), name="orders_order_slips"),
            path(act, page(acting_page), name="orders_order_act"),
            path(of_sent, page(acting_page), name="orders_order_act_on_fulfillment"),
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

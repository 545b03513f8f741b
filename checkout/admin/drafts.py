"""The admin pages of draft orders."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from unfold.decorators import display

from checkout.admin.checkouts import CHECKOUT_COLORS
from checkout.admin_site.drafts import draft_page, new_draft_page
from checkout.models import DraftOrder
from checkout.selectors import status_at
from core.backoffice.base import KeptAdmin
from core.backoffice.columns import link, money, text
from core.backoffice.filters import DaysFilter
from core.email_address import normalize_email


@admin.register(DraftOrder)
class DraftOrderAdmin(KeptAdmin):
    """Draft orders, newest first; the page of one is made for working on it."""

    shows_personal_data = True
    list_display = [
        "__str__", "email", "total_money", "state", "maker", "sent_at", "order_link",
    ]  # fmt: skip
    list_filter = [("created_at", DaysFilter)]
    list_select_related = ["checkout__order", "created_by"]
    identifiers = {"checkout__email": normalize_email, "pk": UUID}
    search_fields = [*identifiers]
    search_help_text = "Search by the buyer's email or by ID."
    ordering = ["-pk"]

    email = text("checkout.email", label="Buyer")
    maker = text("created_by.email", label="Made by")
    total_money = money("checkout.total", currency="checkout.currency", label="Total")
    order_link = link(
        "orders.order", pk="checkout.order.pk", text="checkout.order.number", label="Order"
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[DraftOrder]:
        return super().get_queryset(request).defer("checkout__order__search_vector")

    @display(description="Status", label=CHECKOUT_COLORS)
    def state(self, draft: DraftOrder) -> tuple[str, str]:
        """Return what has become of it."""
        status = status_at(draft.checkout, timezone.now())
        return status, status.label

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the form of a new draft in place of Django's."""
        return new_draft_page(request)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the page of a draft in place of Django's."""
        try:
            return draft_page(request, UUID(unquote(object_id)))
        except ValueError:
            raise Http404 from None

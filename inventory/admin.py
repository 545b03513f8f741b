"""The admin pages of stock, stock movements and reservations."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from core.backoffice.base import KeptAdmin, ReadOnlyAdmin, ReadOnlyInline
from core.backoffice.columns import back_to, link, text
from core.backoffice.filters import DaysFilter
from core.db.transactions import use_case
from core.errors import CongoCartError
from core.ids import normalize_order_number
from inventory.domain import MAX_ON_HAND
from inventory.models import Movement, Reservation, Stock
from inventory.selectors import units_held
from inventory.services import adjust_stock, end_lapsed, lock_levels


class AvailabilityFilter(admin.SimpleListFilter):
    """Filter stock that is sold out or low."""

    title = "availability"
    parameter_name = "availability"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("out", "Sold out"), ("low", f"{settings.LOW_STOCK} or fewer left")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Stock]) -> QuerySet[Stock]:
        left = {"out": 0, "low": settings.LOW_STOCK}.get(self.value() or "")
        if left is None:
            return queryset
        return queryset.filter(tracked=True, backorder=False, on_hand__lte=F("held") + left)


class MovementInline(ReadOnlyInline):
    """The movements of a variant's stock, newest first."""

    model = Movement
    fields = ["created_at", "change", "kind", "reason", "order", "actor"]
    ordering = ["-created_at"]
    per_page = 25

    change = text("delta", label="Change")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Movement]:
        return super().get_queryset(request).select_related("order", "actor")


class StockForm(forms.ModelForm):  # type: ignore[type-arg]
    """How a variant is sold. Quantities are changed by adjustments only."""

    class Meta:
        help_texts = {
            "tracked": "When off, the variant is always available.",
            "backorder": "When on, customers can buy more units than are on hand.",
        }

    def clean(self) -> dict[str, Any]:
        """Refuse what the quantities forbid; the row stays locked until it is saved."""
        cleaned = super().clean() or self.cleaned_data
        free = not cleaned.get("tracked") or cleaned.get("backorder")
        [level] = end_lapsed(lock_levels([self.instance.pk]), now=timezone.now())
        if not free and not 0 <= level.reserved <= level.on_hand:
            raise forms.ValidationError(
                "Fewer units are on hand than are promised to customers; adjust the stock first."
            )
        return cleaned


class AdjustmentForm(BaseDialogForm):
    """A change of the quantity on hand, with the reason."""

    delta = forms.IntegerField(
        label="Adjust by",
        help_text="A positive number adds units, a negative number removes them.",
        min_value=-MAX_ON_HAND,
        max_value=MAX_ON_HAND,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    reason = forms.CharField(max_length=255, widget=UnfoldAdminTextInputWidget)

    def clean_delta(self) -> int:
        """Refuse an adjustment by 0."""
        delta: int = self.cleaned_data["delta"]
        if delta == 0:
            raise forms.ValidationError("Enter a number other than 0.")
        return delta


@admin.register(Stock)
class StockAdmin(KeptAdmin):
    """The stock of every variant."""

    form = StockForm
    list_display = ["sku", "product", "on_hand", "held", "available", "tracked", "backorder"]
    list_display_links = ["sku"]
    list_filter = [AvailabilityFilter, "tracked", "backorder"]
    list_select_related = ["variant__product"]
    search_fields = ["variant__sku", "variant__product__title"]
    search_help_text = "Search by any part of SKU or product title."
    ordering = ["variant"]
    fields = [("sku", "product"), ("on_hand", "held", "available"), ("tracked", "backorder")]
    readonly_fields = ["sku", "product", "on_hand", "held", "available"]
    inlines = [MovementInline]
    actions_detail = ["adjust"]

    sku = text("variant.sku", label="SKU")
    product = link(
        "catalog.product",
        pk="variant.product_id",
        text="variant.product.title",
        label="Product",
    )

    @action(
        description="Adjust",
        permissions=["change"],
        url_path="adjust",
        icon="swap_vert",
        dialog={
            "title": "Adjust stock",
            "description": "The adjustment is recorded with your name. The quantity on hand cannot "
            "go below the reserved quantity.",
            "form_class": AdjustmentForm,
            "form_submit_text": "Adjust",
        },
    )
    def adjust(self, request: HttpRequest, form: AdjustmentForm, object_id: str) -> HttpResponse:
        """Record the adjustment, or show why it was refused."""
        stock = get_object_or_404(Stock, pk=object_id)
        try:
            use_case(adjust_stock)(
                variant_id=stock.pk,
                delta=form.cleaned_data["delta"],
                reason=form.cleaned_data["reason"],
                actor_id=request.user.pk,
                now=timezone.now(),
            )
        except CongoCartError as refusal:
            self.message_user(request, refusal.detail, messages.ERROR)
        else:
            self.message_user(request, "Stock adjusted.", messages.SUCCESS)
        return back_to("inventory.stock", object_id)

    held = text("held", label="Reserved")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Stock]:
        return super().get_queryset(request).annotate(held=units_held())

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @display(description="Available")
    def available(self, stock: Stock) -> int | str:
        """Return the units that a new checkout can reserve."""
        if not stock.tracked or stock.backorder:
            return "Unlimited"
        return stock.on_hand - stock.held  # type: ignore[attr-defined] # annotated


def stock_of_sku(sku: str) -> list[UUID]:
    """Return the stock of a SKU in any case; read first, so that ledgers are searched by index."""
    return list(Stock.objects.filter(variant__sku__iexact=sku).values_list("pk", flat=True))


@admin.register(Movement)
class MovementAdmin(ReadOnlyAdmin):
    """The movements of all stock, newest first."""

    list_display = ["created_at", "sku", "change", "kind", "reason", "order", "actor"]
    list_filter = [("kind", ChoicesDropdownFilter), ("created_at", DaysFilter)]
    list_select_related = ["stock__variant", "order", "actor"]
    identifiers = {"stock__in": stock_of_sku, "order__number": normalize_order_number}
    search_fields = [*identifiers]
    search_help_text = "Search by whole SKU or order number."
    ordering = ["-id"]
    fields = ["created_at", "sku", "change", "kind", "reason", "order", "actor"]
    sku = link("inventory.stock", pk="stock_id", text="stock.variant.sku", label="SKU")
    change = text("delta", label="Change")


class ReservationInline(ReadOnlyInline):
    """The reservations of a checkout."""

    model = Reservation
    fields = ["sku", "quantity", "expires_at"]
    ordering = ["id"]

    sku = link("inventory.stock", pk="stock_id", text="stock.variant.sku", label="SKU")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reservation]:
        return super().get_queryset(request).select_related("stock__variant")


@admin.register(Reservation)
class ReservationAdmin(ReadOnlyAdmin):
    """Stock reserved by checkouts, newest first."""

    list_display = ["sku", "quantity", "expires_at", "checkout_link"]
    list_filter = [("expires_at", DaysFilter)]
    list_select_related = ["stock__variant", "checkout"]
    identifiers = {"stock__in": stock_of_sku, "checkout": UUID}
    search_fields = [*identifiers]
    search_help_text = "Search by whole SKU or checkout ID."
    ordering = ["-id"]
    fields = ["sku", "quantity", "expires_at", "checkout_link"]

    sku = text("stock.variant.sku", label="SKU")
    checkout_link = link(
        "checkout.checkout", pk="checkout_id", text="checkout_id", label="Checkout"
    )

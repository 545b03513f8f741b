"""How much there is: figures and their history to look at, adjusted by movements alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
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
from core.backoffice.columns import back_to, link_to
from core.backoffice.filters import DaysFilter
from core.db.transactions import use_case
from core.errors import CongoCartError
from inventory.domain import LOW_STOCK, MAX_ON_HAND
from inventory.models import Movement, Reservation, Stock
from inventory.services import adjust_stock


class AvailabilityFilter(admin.SimpleListFilter):
    """Finds what has to be ordered."""

    title = "availability"
    parameter_name = "availability"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("out", "Sold out"), ("low", f"{LOW_STOCK} or fewer left")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Stock]) -> QuerySet[Stock]:
        left = {"out": 0, "low": LOW_STOCK}.get(self.value() or "")
        if left is None:
            return queryset
        return queryset.filter(tracked=True, backorder=False, on_hand__lte=F("reserved") + left)


class MovementInline(ReadOnlyInline):
    """The ledger of one variant, newest first."""

    model = Movement
    fields = ["created_at", "delta", "kind", "reason", "order", "actor"]
    ordering = ["-created_at"]
    per_page = 25

    def get_queryset(self, request: HttpRequest) -> QuerySet[Movement]:
        return super().get_queryset(request).select_related("order", "actor")


class StockForm(forms.ModelForm):  # type: ignore[type-arg]
    """How a variant is sold; its figures are not typed but moved."""

    def clean(self) -> dict[str, Any]:
        """Refuses what the figures forbid; the row stays locked until it is saved."""
        cleaned = super().clean() or self.cleaned_data
        free = not cleaned.get("tracked") or cleaned.get("backorder")
        stock = Stock.objects.select_for_update(no_key=True).get(pk=self.instance.pk)
        if not free and not 0 <= stock.reserved <= stock.on_hand:
            raise forms.ValidationError("More is promised than there is: adjust the stock first.")
        return cleaned


class AdjustmentForm(BaseDialogForm):
    """How many units came or went, and why."""

    delta = forms.IntegerField(
        label="Change",
        help_text="Units to add; with a minus sign, to take away.",
        min_value=-MAX_ON_HAND,
        max_value=MAX_ON_HAND,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    reason = forms.CharField(max_length=255, widget=UnfoldAdminTextInputWidget)

    def clean_delta(self) -> int:
        """Nothing is no adjustment."""
        delta: int = self.cleaned_data["delta"]
        if delta == 0:
            raise forms.ValidationError("That changes nothing.")
        return delta


@admin.register(Stock)
class StockAdmin(KeptAdmin):
    """The stock of every variant."""

    form = StockForm
    list_display = ["sku", "product", "on_hand", "reserved", "available", "tracked", "backorder"]
    list_display_links = ["sku"]
    list_filter = [AvailabilityFilter, "tracked", "backorder"]
    list_select_related = ["variant__product"]
    identifiers = {"variant__sku": str}
    search_fields = ["variant__product__title"]
    search_help_text = "A whole SKU, or part of a product's title."
    ordering = ["variant"]
    fields = [("sku", "product"), ("on_hand", "reserved", "available"), ("tracked", "backorder")]
    readonly_fields = ["sku", "product", "on_hand", "reserved", "available"]
    inlines = [MovementInline]
    actions_detail = ["adjust"]

    @action(
        description="Adjust",
        permissions=["change"],
        url_path="adjust",
        icon="swap_vert",
        dialog={
            "title": "Adjust the stock",
            "description": "Recorded with your name; never below what checkouts hold.",
            "form_class": AdjustmentForm,
            "form_submit_text": "Adjust",
        },
    )
    def adjust(self, request: HttpRequest, form: AdjustmentForm, object_id: str) -> HttpResponse:
        """Moves the units that were typed, or says why it cannot be."""
        stock = get_object_or_404(Stock.objects.select_related("variant"), pk=object_id)
        try:
            use_case(adjust_stock)(
                variant_id=stock.pk,
                sku=stock.variant.sku,
                delta=form.cleaned_data["delta"],
                reason=form.cleaned_data["reason"],
                actor_id=request.user.pk,
                now=timezone.now(),
            )
        except CongoCartError as refusal:
            self.message_user(request, refusal.detail, messages.ERROR)
        else:
            self.message_user(request, "The stock was adjusted.", messages.SUCCESS)
        return back_to("inventory.stock", object_id)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @display(description="SKU", ordering="variant__sku")
    def sku(self, stock: Stock) -> str:
        """Of the variant."""
        return stock.variant.sku

    @display(description="Product", ordering="variant__product__title")
    def product(self, stock: Stock) -> str:
        """A link to the product that the variant belongs to."""
        product = stock.variant.product
        return link_to("catalog.product", product.pk, product.title)

    @display(description="Available")
    def available(self, stock: Stock) -> int | str:
        """Units that a new checkout could reserve."""
        if not stock.tracked or stock.backorder:
            return "always"
        return stock.on_hand - stock.reserved


@admin.register(Movement)
class MovementAdmin(ReadOnlyAdmin):
    """The ledger of all stock, newest first."""

    list_display = ["created_at", "sku", "delta", "kind", "reason", "order", "actor"]
    list_filter = [("kind", ChoicesDropdownFilter), ("created_at", DaysFilter)]
    list_select_related = ["stock__variant", "order", "actor"]
    identifiers = {"stock__variant__sku": str, "order__number": str.upper}
    search_fields = [*identifiers]
    search_help_text = "A whole SKU or order number."
    ordering = ["-id"]
    fields = ["created_at", "sku", "delta", "kind", "reason", "order", "actor"]

    @display(description="SKU", ordering="stock__variant__sku")
    def sku(self, movement: Movement) -> str:
        """A link to the stock that moved."""
        return link_to("inventory.stock", movement.stock_id, movement.stock.variant.sku)


class ReservationInline(ReadOnlyInline):
    """What a checkout holds."""

    model = Reservation
    fields = ["sku", "quantity", "expires_at"]
    ordering = ["id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reservation]:
        return super().get_queryset(request).select_related("stock__variant")

    @display(description="SKU")
    def sku(self, reservation: Reservation) -> str:
        """A link to the stock that is held."""
        return link_to("inventory.stock", reservation.stock_id, reservation.stock.variant.sku)


@admin.register(Reservation)
class ReservationAdmin(ReadOnlyAdmin):
    """What is held for checkouts, the newest first."""

    list_display = ["sku", "quantity", "expires_at", "held_for"]
    list_filter = [("expires_at", DaysFilter)]
    list_select_related = ["stock__variant", "checkout"]
    identifiers = {"stock__variant__sku": str, "checkout": UUID}
    search_fields = [*identifiers]
    search_help_text = "A whole SKU or the id of a checkout."
    ordering = ["-id"]
    fields = ["sku", "quantity", "expires_at", "held_for"]

    @display(description="SKU", ordering="stock__variant__sku")
    def sku(self, reservation: Reservation) -> str:
        """Of the variant that is held."""
        return reservation.stock.variant.sku

    @display(description="Checkout")
    def held_for(self, reservation: Reservation) -> str:
        """A link to the checkout that holds it."""
        return link_to("checkout.checkout", reservation.checkout_id, reservation.checkout_id)

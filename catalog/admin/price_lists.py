"""The admin pages of price lists with their prices, and of what prices were."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import action, display

from catalog.forms.price_lists import (
    ListPriceForm,
    NewPricesFormSet,
    PriceListForm,
    SetPricesFormSet,
)
from catalog.models import ListPrice, PriceChange
from catalog.services import delete_price_list
from core.backoffice.base import EditableInline, KeptAdmin, ReadOnlyInline
from core.backoffice.columns import link, text
from core.money import format_money
from pricing.models import PriceList


def _amount(row: ListPrice | PriceChange, currency: str) -> str:
    return "No price" if row.amount is None else format_money(row.amount, currency)


class ListPriceInline(ReadOnlyInline):
    """The prices of a list, the newest first; those to come can be removed again."""

    model = ListPrice
    formset = SetPricesFormSet
    verbose_name_plural = "prices"
    fields = ["variant_link", "units", "price", "starts_at"]
    ordering = ["-id"]
    per_page = 50
    can_delete = True

    variant_link = link("catalog.variant", pk="variant_id", text="variant.sku", label="Variant")
    units = text("min_quantity", label="From units")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ListPrice]:
        return super().get_queryset(request).select_related("variant", "price_list")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether prices may be deleted, of those that have not begun."""
        return bool(request.user.has_perm("catalog.delete_listprice"))

    @display(description="Price")
    def price(self, row: ListPrice) -> str:
        """Return the price as money."""
        return _amount(row, row.price_list.currency)


class NewListPriceInline(EditableInline):
    """Prices to be added to a list: one that is there is followed by another, not changed."""

    model = ListPrice
    form = ListPriceForm
    formset = NewPricesFormSet
    verbose_name = "new price"
    verbose_name_plural = "new prices"
    fields = ["variant", "min_quantity", "amount", "starts_at"]
    autocomplete_fields = ["variant"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ListPrice]:
        return super().get_queryset(request).none()


@admin.register(PriceList)
class PriceListAdmin(KeptAdmin):
    """Price lists; one that was deleted is kept for what its prices were."""

    form = PriceListForm
    list_display = ["title", "code", "currency", "whom", "starts_at", "ends_at", "active"]
    list_filter = ["active"]
    search_fields = ["code", "title"]
    search_help_text = "Search by code or title."
    ordering = ["code"]
    prepopulated_fields = {"code": ["title"]}
    fields = [
        ("title", "code"),
        ("currency", "customer_group"),
        ("tax_included", "priority"),
        "starts_at",
        "ends_at",
        "active",
    ]
    inlines = [NewListPriceInline, ListPriceInline]
    actions = ["end"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PriceList]:
        return super().get_queryset(request).filter(deleted_at=None)

    def get_readonly_fields(self, request: HttpRequest, obj: PriceList | None = None) -> list[str]:
        """Return what stays as it is: amounts are in the currency, scripts know the code."""
        return [*super().get_readonly_fields(request, obj), *(["code", "currency"] if obj else [])]

    def get_inlines(self, request: HttpRequest, obj: PriceList | None) -> list[Any]:
        """Return none for a new list: its currency has to be known first."""
        return self.inlines if obj else []

    @action(description="End for good", permissions=["change"])
    def end(self, request: HttpRequest, queryset: QuerySet[PriceList]) -> None:
        """End the selected lists: nobody gets their prices any more, nor are they listed."""
        codes = list(queryset.values_list("code", flat=True))
        for code in codes:
            delete_price_list(code=code, now=timezone.now())
        self.message_user(request, f"{len(codes)} price lists ended.", messages.SUCCESS)

    @display(description="For")
    def whom(self, row: PriceList) -> str:
        """Return the group that it is for."""
        return row.customer_group or "Everyone"


class PriceChangeInline(ReadOnlyInline):
    """What a variant cost, the newest first."""

    model = PriceChange
    verbose_name_plural = "price history"
    fields = ["starts_at", "currency", "price", "compared_with"]
    ordering = ["-starts_at"]
    per_page = 20

    @display(description="Price")
    def price(self, row: PriceChange) -> str:
        """Return the price from then on."""
        return _amount(row, row.currency)

    @display(description="Compared with")
    def compared_with(self, row: PriceChange) -> str:
        """Return the price that it was announced as a reduction of."""
        return "–" if row.compare_at is None else format_money(row.compare_at, row.currency)


class VariantListPriceInline(ReadOnlyInline):
    """What a variant costs in price lists, the newest first."""

    model = ListPrice
    verbose_name_plural = "prices in price lists"
    fields = ["list_link", "units", "price", "starts_at"]
    ordering = ["-id"]
    per_page = 20

    list_link = link(
        "pricing.pricelist", pk="price_list_id", text="price_list.title", label="Price list"
    )
    units = text("min_quantity", label="From units")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ListPrice]:
        return super().get_queryset(request).select_related("price_list")

    @display(description="Price")
    def price(self, row: ListPrice) -> str:
        """Return the price from then on."""
        return _amount(row, row.price_list.currency)

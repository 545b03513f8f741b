"""The admin pages of shipping methods and zones."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from checkout.forms import (
    FlatPriceFormSet,
    ShippingBandForm,
    ShippingBandFormSet,
    ShippingMethodForm,
    ShippingZoneForm,
    measure_in_words,
    regions_in_words,
)
from checkout.models import (
    FreeShippingFrom,
    ShippingBand,
    ShippingMethod,
    ShippingMethodZone,
    ShippingPrice,
    ShippingZone,
)
from checkout.services import write_areas
from core.backoffice.base import EditableInline, PriceInline, ShopAdmin
from core.backoffice.columns import prices_text
from core.money import format_money
from pricing.domain import PricedBy

UNITS = {PricedBy.WEIGHT: " kg", PricedBy.QUANTITY: " units"}


class ShippingMethodZoneInline(EditableInline):
    """The zones that a method delivers to; everywhere without any."""

    model = ShippingMethodZone
    verbose_name = "zone"
    verbose_name_plural = "Zones (none: everywhere)"
    fields = ["zone"]


class ShippingPriceInline(PriceInline):
    """The prices of a flat shipping method."""

    model = ShippingPrice
    formset = FlatPriceFormSet
    verbose_name = "price"
    verbose_name_plural = "Prices of a flat method"


class ShippingBandInline(EditableInline):
    """The bands of a method that is priced by weight, subtotal or quantity."""

    model = ShippingBand
    form = ShippingBandForm
    formset = ShippingBandFormSet
    verbose_name = "band"
    verbose_name_plural = "Bands by weight, subtotal or quantity of what ships"
    fields = ["currency", "minimum", "amount"]
    reader_columns = {"minimum": "begins", "amount": "price"}

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShippingBand]:
        return super().get_queryset(request).select_related("method")

    @display(description="From")
    def begins(self, band: ShippingBand) -> str:
        """Return where the band begins, for staff who may only read."""
        priced_by = PricedBy(band.method.priced_by)
        if priced_by is PricedBy.SUBTOTAL:
            return format_money(band.minimum, band.currency)
        begins = measure_in_words(band.minimum, band.currency, priced_by)
        return f"{begins:f}{UNITS.get(priced_by, '')}"

    @display(description="Price")
    def price(self, band: ShippingBand) -> str:
        """Return the price, for staff who may only read."""
        return "Not delivered" if band.amount is None else str(band)


class FreeShippingFromInline(PriceInline):
    """From which subtotal on a method costs nothing."""

    model = FreeShippingFrom
    verbose_name = "amount"
    verbose_name_plural = "Free from a subtotal, before discounts, of"


@admin.register(ShippingMethod)
class ShippingMethodAdmin(ShopAdmin):
    """Shipping methods. An order keeps the title and price that it was placed with."""

    form = ShippingMethodForm
    list_display = ["title", "code", "delivers_to", "prices", "position", "active"]
    list_filter = ["active", "priced_by", "pickup"]
    search_fields = ["title", "code"]
    search_help_text = "Search by title or code."
    labels = {
        "min_days": "Days, at least",
        "max_days": "Days, at most",
        "free_with_skus": "Free with SKUs",
    }
    help_texts = {
        "code": "Used by the API. It cannot be changed later.",
        "free_with_skus": "Separated by commas: free when the cart has any of these.",
        "free_with_products": "Their slugs, separated by commas.",
        "free_with_categories": "Their slugs, separated by commas.",
    }
    ordering = ["position", "code"]
    prepopulated_fields = {"code": ["title"]}
    fieldsets = [
        (None, {"fields": ["title", "code", ("position", "active"), "priced_by"]}),
        ("Delivery", {"fields": [("min_days", "max_days"), ("pickup", "pickup_location")]}),
        ("Free with", {"fields": ["free_with_skus", "free_with_products", "free_with_categories"]}),
    ]  # fmt: skip
    inlines = [
        ShippingMethodZoneInline,
        ShippingPriceInline,
        ShippingBandInline,
        FreeShippingFromInline,
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShippingMethod]:
        return super().get_queryset(request).prefetch_related("prices", "bands", "zones__zone")

    def get_readonly_fields(
        self, request: HttpRequest, obj: ShippingMethod | None = None
    ) -> list[str]:
        return ["code"] if obj else []

    @display(description="Delivers to")
    def delivers_to(self, method: ShippingMethod) -> str:
        """Return the zones."""
        return ", ".join(str(link.zone) for link in method.zones.all()) or "Everywhere"

    @display(description="Prices")
    def prices(self, method: ShippingMethod) -> str:
        """Return the price in each currency, the lowest where they depend on anything."""
        if method.priced_by == PricedBy.FLAT:
            return prices_text({price.currency: price.amount for price in method.prices.all()})
        lowest: dict[str, int] = {}
        for band in method.bands.all():
            if band.amount is not None:
                known = lowest.get(band.currency, band.amount)
                lowest[band.currency] = min(known, band.amount)
        return f"{prices_text(lowest, prefix='from ')}, by {method.priced_by}"


@admin.register(ShippingZone)
class ShippingZoneAdmin(ShopAdmin):
    """Shipping zones. One that methods deliver to cannot be deleted."""

    form = ShippingZoneForm
    list_display = ["title", "code", "areas"]
    search_fields = ["title", "code"]
    search_help_text = "Search by title or code."
    help_texts = {"code": "Used by the API. It cannot be changed later."}
    ordering = ["title", "code"]
    prepopulated_fields = {"code": ["title"]}
    fields = [("title", "code"), "countries", "regions", "everywhere_else"]
    reader_columns = {
        "countries": "areas", "regions": "regions_text", "everywhere_else": "is_elsewhere",
    }  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShippingZone]:
        return super().get_queryset(request).prefetch_related("areas")

    def get_readonly_fields(
        self, request: HttpRequest, obj: ShippingZone | None = None
    ) -> list[str]:
        return [*super().get_readonly_fields(request, obj), *(["code"] if obj else [])]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the countries and regions with the zone."""
        super().save_related(request, form, formsets, change)
        write_areas(form.instance, form.areas)

    @display(description="Areas")
    def areas(self, zone: ShippingZone) -> str:
        """Return the first areas, and the number of the others."""
        names = [str(area) for area in zone.areas.all()]
        more = f" +{len(names) - 10}" if len(names) > 10 else ""
        return (", ".join(names[:10]) or "–") + more

    @display(description="Regions")
    def regions_text(self, zone: ShippingZone) -> str:
        """Return the regions, for staff who may only read."""
        return regions_in_words(list(zone.areas.all())) or "–"

    @display(description="Everywhere else", boolean=True)
    def is_elsewhere(self, zone: ShippingZone) -> bool:
        """Tell whether it is the zone of what no other has, for staff who may only read."""
        return any(not area.country for area in zone.areas.all())

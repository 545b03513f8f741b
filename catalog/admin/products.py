"""The admin pages of categories, products, variants and prices."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import display

from catalog.admin.images import ImageInline, WithImages
from catalog.admin.price_lists import PriceChangeInline, VariantListPriceInline
from catalog.admin.statuses import (
    StatusActions,
    StatusFilter,
    VariantStatusFilter,
    product_status,
    variant_status,
)
from catalog.domain import ProductStatus
from catalog.forms.products import CategoryForm, ComparedPriceForm, ProductForm, VariantForm
from catalog.models import Category, Price, Product, Variant
from catalog.services.statuses import set_status
from catalog.services.variants import refresh_from_variants, set_prices
from core.backoffice.base import EditableInline, KeptAdmin, PriceInline
from core.backoffice.columns import link, link_to, pairs, prices_text, text
from core.backoffice.filters import DaysFilter
from core.money import Money, format_money
from inventory.selectors import units_held
from inventory.services import create_stock


@admin.register(Category)
class CategoryAdmin(WithImages):
    """The category tree."""

    form = CategoryForm
    list_display = ["title", "slug", "parent"]
    list_select_related = ["parent"]
    search_fields = ["title", "slug"]
    search_help_text = "Search by title or slug."
    ordering = ["title"]
    fields = ["title", "slug", "parent"]
    autocomplete_fields = ["parent"]
    prepopulated_fields = {"slug": ["title"]}
    inlines = [ImageInline]


class VariantInline(EditableInline):
    """The variants of a product. Prices in other currencies are on the variant's page."""

    model = Variant
    form = VariantForm
    fields = [
        "sku", "title", "options", "price", "on_hand", "weight", "requires_shipping", "position",
        "page",
    ]  # fmt: skip
    readonly_fields = ["page"]
    reader_columns = {"options": "options_text"}
    per_page = 50
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Variant]:
        rows = super().get_queryset(request).select_related("product", "stock")
        return rows.prefetch_related("prices")

    @display(description="Price")
    def price(self, variant: Variant) -> str:
        """Return the price in the shop's currency, for staff who may only read."""
        currency = settings.DEFAULT_CURRENCY
        amounts = {price.currency: price.amount for price in variant.prices.all()}
        return format_money(amounts[currency], currency) if currency in amounts else "–"

    @display(description="On hand")
    def on_hand(self, variant: Variant) -> int | str:
        """Return the units in the warehouse, for staff who may only read."""
        stock = getattr(variant, "stock", None)
        return stock.on_hand if stock else "–"

    @display(description="Options")
    def options_text(self, variant: Variant) -> SafeString | str:
        """Return the options as text, for staff who may only read."""
        return pairs(variant.options) or "–"

    @display(description="Page")
    def page(self, variant: Variant) -> str:
        """Return a link to the page with the prices in all currencies."""
        if variant._state.adding:  # noqa: SLF001 - Django's documented API
            return "–"
        return link_to("catalog.variant", variant.pk, "All prices")


@admin.register(Product)
class ProductAdmin(StatusActions, WithImages, KeptAdmin):
    """Products, newest first."""

    form = ProductForm
    list_display = ["title", "category", "skus", "price", "status", "updated_at"]
    list_filter = [
        StatusFilter,
        ("category", AutocompleteSelectFilter),
        ("updated_at", DaysFilter),
    ]
    list_select_related = ["category"]
    search_fields = ["title", "slug", "variants__sku"]
    search_help_text = "Search by any part of title, slug, or SKU."
    ordering = ["-id"]
    fields = [
        ("title", "slug"),
        "description",
        ("category", "status"),
        "tax_class",
        "options",
    ]
    reader_columns = {"options": "options_text"}
    autocomplete_fields = ["category"]
    prepopulated_fields = {"slug": ["title"]}
    inlines = [ImageInline, VariantInline]

    status = product_status

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        return super().get_queryset(request).prefetch_related("variants__prices")

    def get_readonly_fields(self, request: HttpRequest, obj: Product | None = None) -> list[str]:
        """Return the status, too, once there is a product: it has buttons of its own."""
        return [*super().get_readonly_fields(request, obj), *(["status"] if obj else [])]

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:
        """Lock the product against other writers, as its services do, and save it."""
        if change:
            _lock(obj)
        else:
            set_status(obj, ProductStatus(form.cleaned_data["status"]), now=timezone.now())
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save the variants with their prices, and create the stock of new ones."""
        super().save_formset(request, form, formset, change)
        if formset.model is not Variant:
            return
        new = set(formset.new_objects)
        quantities = {}
        for variant_form in formset.forms:
            variant = variant_form.instance
            if variant in new:
                quantities[variant.pk] = variant_form.cleaned_data["on_hand"] or 0
            if "price" not in variant_form.changed_data:
                continue
            amount = variant_form.cleaned_data["price"]
            if amount is None:
                variant.prices.filter(currency=settings.DEFAULT_CURRENCY).delete()
            else:
                set_prices([(variant, [Money(amount, settings.DEFAULT_CURRENCY)])])
        create_stock(quantities=quantities, actor_id=request.user.pk, now=timezone.now())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the related rows and update the product's search text."""
        super().save_related(request, form, formsets, change)
        refresh_from_variants(_lock(form.instance), now=timezone.now())

    @display(description="SKUs")
    def skus(self, product: Product) -> str:
        """Return the first SKU, and the number of the others."""
        skus = [variant.sku for variant in product.variants.all()]
        return f"{skus[0]} +{len(skus) - 1}" if len(skus) > 1 else "".join(skus) or "–"

    @display(description="Price")
    def price(self, product: Product) -> str:
        """Return the range of prices in the shop's currency."""
        currency = settings.DEFAULT_CURRENCY
        amounts = sorted(
            price.amount
            for variant in product.variants.all()
            for price in variant.prices.all()
            if price.currency == currency
        )
        ends = dict.fromkeys(format_money(amount, currency) for amount in amounts)
        return " – ".join([*ends][:: max(1, len(ends) - 1)]) or "–"

    @display(description="Options")
    def options_text(self, product: Product) -> SafeString | str:
        """Return the options with their values as text, for staff who may only read."""
        values = {option["name"]: ", ".join(option["values"]) for option in product.options}
        return pairs(values) or "–"


class VariantPriceInline(PriceInline):
    """The prices of a variant."""

    model = Price
    form = ComparedPriceForm
    fields = ["currency", "amount", "compare_at"]
    reader_columns = {"amount": "price", "compare_at": "compared_with"}

    @display(description="Compare at")
    def compared_with(self, price: Price) -> str:
        """Return what it is compared with, for staff who may only read."""
        return "–" if price.compare_at is None else format_money(price.compare_at, price.currency)


@admin.register(Variant)
class VariantAdmin(WithImages, KeptAdmin):
    """Variants, with their prices in every currency."""

    list_display = ["sku_text", "product_link", "title", "prices", "stock_link", "status"]
    list_filter = [VariantStatusFilter]
    list_select_related = ["product", "stock"]
    search_fields = ["sku", "title", "product__title"]
    search_help_text = "Search by any part of SKU or title."
    ordering = ["-id"]
    fields = [
        ("sku_text", "product_link"),
        ("title", "position"),
        ("weight", "requires_shipping"),
        ("stock_link", "status"),
    ]
    readonly_fields = ["sku_text", "product_link", "stock_link", "status"]
    inlines = [ImageInline, VariantPriceInline, VariantListPriceInline, PriceChangeInline]
    labels = {"weight": "Weight (grams)"}

    status = variant_status
    sku_text = text("sku", label="SKU")
    product_link = link("catalog.product", pk="product_id", text="product.title", label="Product")

    def save_model(self, request: HttpRequest, obj: Variant, form: Any, change: bool) -> None:
        """Lock the product against other writers, as its services do, and save the variant."""
        _lock(obj.product)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the related rows and update the product's search text."""
        super().save_related(request, form, formsets, change)
        refresh_from_variants(_lock(form.instance.product), now=timezone.now())

    def get_queryset(self, request: HttpRequest) -> QuerySet[Variant]:
        held = units_held("stock__reserved")
        return super().get_queryset(request).annotate(held=held).prefetch_related("prices")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: a variant is added on its product's page."""
        return False

    @display(description="Prices")
    def prices(self, variant: Variant) -> str:
        """Return the price in each currency."""
        return prices_text({price.currency: price.amount for price in variant.prices.all()})

    @display(description="Stock")
    def stock_link(self, variant: Variant) -> str:
        """Return a link to the stock, with the units available."""
        stock = getattr(variant, "stock", None)
        if stock is None:
            return "–"
        available = stock.on_hand - variant.held  # type: ignore[attr-defined] # annotated
        return link_to("inventory.stock", variant.pk, f"{available} available")


def _lock(product: Product) -> Product:
    """Return the product as it is now, locked against other writers."""
    return Product.objects.select_for_update(no_key=True).get(pk=product.pk)

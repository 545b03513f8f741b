"""What is sold: categories, products, their variants and prices."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import action, display

from catalog.forms import CategoryForm, ProductForm, VariantForm
from catalog.models import Category, Price, Product, Variant
from catalog.services import delete_product
from catalog.services.variants import refresh_from_variants, set_prices
from core.backoffice.base import EditableInline, KeptAdmin, ShopAdmin
from core.backoffice.columns import link_to, text
from core.backoffice.filters import DaysFilter
from core.backoffice.forms import PriceForm
from core.money import Money, format_money
from inventory.services import create_stock

SALE_COLORS = {"On sale": "success", "Withdrawn": "danger"}


class SaleFilter(admin.SimpleListFilter):
    """Finds what is sold, or what no longer is."""

    title = "sale"
    parameter_name = "sale"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("on", "On sale"), ("withdrawn", "Withdrawn")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        return queryset.filter(deleted_at__isnull=self.value() == "on")


@admin.register(Category)
class CategoryAdmin(ShopAdmin):
    """The category tree."""

    form = CategoryForm
    list_display = ["title", "slug", "parent"]
    list_select_related = ["parent"]
    search_fields = ["title", "slug"]
    ordering = ["title"]
    fields = ["title", "slug", "parent"]
    autocomplete_fields = ["parent"]
    prepopulated_fields = {"slug": ["title"]}


class VariantInline(EditableInline):
    """The variants of a product. Other currencies stand on the variant's own page."""

    model = Variant
    form = VariantForm
    fields = ["sku", "title", "options", "price", "position", "state", "page"]
    readonly_fields = ["state", "page"]
    per_page = 50
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Variant]:
        return super().get_queryset(request).prefetch_related("prices")

    @display(description="Sale")
    def state(self, variant: Variant) -> str:
        """Whether it can be bought."""
        return "Withdrawn" if variant.deleted_at else "On sale"

    @display(description="Page")
    def page(self, variant: Variant) -> str:
        """A link to all its prices."""
        if variant._state.adding:  # noqa: SLF001 - Django's documented API
            return "–"
        return link_to("catalog.variant", variant.pk, "All prices")


@admin.register(Product)
class ProductAdmin(KeptAdmin):
    """Products, newest first."""

    form = ProductForm
    list_display = ["title", "category", "skus", "price", "state", "updated_at"]
    list_filter = [
        SaleFilter,
        ("category", AutocompleteSelectFilter),
        ("updated_at", DaysFilter),
    ]
    list_select_related = ["category"]
    identifiers = {"variants__sku": str}
    search_fields = ["title", "slug"]
    search_help_text = "Part of a title or slug, or a whole SKU."
    ordering = ["-id"]
    fields = [("title", "slug"), "description", ("category", "state"), "options"]
    readonly_fields = ["state"]
    autocomplete_fields = ["category"]
    prepopulated_fields = {"slug": ["title"]}
    inlines = [VariantInline]
    actions = ["withdraw"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        return super().get_queryset(request).prefetch_related("variants__prices")

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:
        """Keeps other writers of the product waiting, as its services do."""
        if change:
            _lock(obj)
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Gives each variant the price that was typed, and a new one its stock."""
        super().save_formset(request, form, formset, change)
        for variant_form in formset.forms:
            if "price" in variant_form.changed_data:
                _set_price(variant_form.instance, variant_form.cleaned_data["price"])
        quantities = {variant.pk: 0 for variant in formset.new_objects}
        create_stock(quantities=quantities, actor_id=request.user.pk, now=timezone.now())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Brings what search finds into step."""
        super().save_related(request, form, formsets, change)
        refresh_from_variants(_lock(form.instance), now=timezone.now())

    @action(description="Take off sale", permissions=["change"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        """Takes the selected products off sale; they are kept for the books."""
        slugs = list(queryset.filter(deleted_at=None).values_list("slug", flat=True))
        for slug in slugs:
            delete_product(slug=slug, now=timezone.now())
        self.message_user(request, f"{len(slugs)} taken off sale.", messages.SUCCESS)

    @display(description="SKUs")
    def skus(self, product: Product) -> str:
        """The first of them, and how many there are."""
        skus = [variant.sku for variant in product.variants.all()]
        return f"{skus[0]} +{len(skus) - 1}" if len(skus) > 1 else "".join(skus) or "–"

    @display(description="Price")
    def price(self, product: Product) -> str:
        """From the cheapest to the dearest, in the shop's currency."""
        currency = settings.DEFAULT_CURRENCY
        amounts = sorted(
            price.amount
            for variant in product.variants.all()
            for price in variant.prices.all()
            if price.currency == currency
        )
        ends = dict.fromkeys(format_money(amount, currency) for amount in amounts)
        return " – ".join([*ends][:: max(1, len(ends) - 1)]) or "–"

    @display(description="Sale", label=SALE_COLORS)
    def state(self, product: Product) -> str:
        """Whether it can be bought."""
        return "Withdrawn" if product.deleted_at else "On sale"


class PriceInline(EditableInline):
    """What the variant costs, per currency."""

    model = Price
    form = PriceForm
    fields = ["currency", "amount"]


@admin.register(Variant)
class VariantAdmin(KeptAdmin):
    """Variants by SKU, with their prices in every currency."""

    list_display = ["article", "of_product", "title", "costs", "in_stock", "state"]
    list_filter = [SaleFilter]
    list_select_related = ["product", "stock"]
    identifiers = {"sku": str}
    search_fields = ["product__title"]
    search_help_text = "A whole SKU, or part of a product's title."
    ordering = ["-id"]
    fields = [("article", "of_product"), ("title", "position"), ("in_stock", "state")]
    readonly_fields = ["article", "of_product", "in_stock", "state"]
    inlines = [PriceInline]

    article = text("sku", label="SKU")

    def save_model(self, request: HttpRequest, obj: Variant, form: Any, change: bool) -> None:
        """Keeps other writers of the product waiting, as its services do."""
        _lock(obj.product)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Brings what search finds into step."""
        super().save_related(request, form, formsets, change)
        refresh_from_variants(_lock(form.instance.product), now=timezone.now())

    def get_queryset(self, request: HttpRequest) -> QuerySet[Variant]:
        return super().get_queryset(request).prefetch_related("prices")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A variant is added on its product's page."""
        return False

    @display(description="Product", ordering="product__title")
    def of_product(self, variant: Variant) -> str:
        """A link to the product."""
        return link_to("catalog.product", variant.product_id, variant.product.title)

    @display(description="Prices")
    def costs(self, variant: Variant) -> str:
        """In every currency."""
        prices = [format_money(price.amount, price.currency) for price in variant.prices.all()]
        return ", ".join(sorted(prices)) or "–"

    @display(description="Stock")
    def in_stock(self, variant: Variant) -> str:
        """A link to the stock."""
        stock = getattr(variant, "stock", None)
        return link_to("inventory.stock", variant.pk, stock) if stock else "–"

    @display(description="Sale", label=SALE_COLORS)
    def state(self, variant: Variant) -> str:
        """Whether it can be bought."""
        return "Withdrawn" if variant.deleted_at else "On sale"


def _lock(product: Product) -> Product:
    """The product as it is now, locked against other writers."""
    return Product.objects.select_for_update(no_key=True).get(pk=product.pk)


def _set_price(variant: Variant, amount: int | None) -> None:
    """In minor units of the shop's currency; None is no price."""
    if amount is None:
        Price.objects.filter(variant=variant, currency=settings.DEFAULT_CURRENCY).delete()
    else:
        set_prices([(variant, [Money(amount, settings.DEFAULT_CURRENCY)])])

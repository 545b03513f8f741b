from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from catalog.domain import (
    CategoryCycle,
    CategorySlugTaken,
    ListPriceTaken,
    ProductStatus,
    SkuTaken,
    SlugTaken,
    status_of,
)
from core.db.constraints import register
from core.ids import uuid7
from core.items import MAX_QUANTITY
from core.money import MAX_AMOUNT, format_money
from pricing.domain import STANDARD_TAX_CLASS


class Category(models.Model):
    """A node of the category tree."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    slug = models.SlugField(max_length=120, allow_unicode=True, db_index=False)
    title = models.CharField(max_length=200)

    class Meta:
        verbose_name_plural = "categories"
        constraints = [
            models.UniqueConstraint(fields=["slug"], name="catalog_category_slug_unique"),
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")), name="catalog_category_not_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ProductQuerySet(models.QuerySet["Product"]):
    """Scopes of products."""

    def called(self, slug: str) -> ProductQuerySet:
        """Narrow to the product with this slug, whatever its status."""
        return self.none() if "\0" in slug else self.filter(slug=slug)

    def with_status(self, status: ProductStatus) -> ProductQuerySet:
        """Narrow to products of this status."""
        is_seen, is_draft = status is ProductStatus.PUBLISHED, status is ProductStatus.DRAFT
        return self.filter(deleted_at__isnull=is_seen, is_draft=is_draft)


class Product(models.Model):
    """Something that is sold, in one or more variants; one that buyers do not see is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=200, allow_unicode=True, db_index=False)
    title = models.CharField(max_length=255)
    description = models.TextField(blank=True, max_length=20_000)
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.PROTECT, related_name="products"
    )
    options = models.JSONField(
        default=list, blank=True, help_text='Such as [{"name": "Size", "values": ["S", "M"]}].'
    )
    tax_class = models.SlugField(
        max_length=50,
        default=STANDARD_TAX_CLASS,
        db_default=STANDARD_TAX_CLASS,
        db_index=False,
        help_text="Which of a country's tax rates holds, such as standard or reduced.",
    )
    keywords = models.TextField(
        blank=True, editable=False, help_text="What its variants are called, for search."
    )
    # Since when buyers do not see it, and whether it is to be published: `product_status`.
    deleted_at = models.DateTimeField(null=True, blank=True)
    is_draft = models.BooleanField(default=False, db_default=False, editable=False)
    checkouts_ended_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="When it was withdrawn from checkouts that were open.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    search_vector = models.GeneratedField(
        expression=SearchVector("title", weight="A", config="english")
        + SearchVector("keywords", weight="B", config="english")
        + SearchVector("description", weight="C", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects: ClassVar[ProductQuerySet] = ProductQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slug"], name="catalog_product_slug_unique"),
            models.CheckConstraint(
                condition=models.Q(is_draft=False) | models.Q(deleted_at__isnull=False),
                name="catalog_draft_is_not_seen",
            ),
        ]
        indexes = [
            GinIndex(fields=["search_vector"], name="catalog_product_search"),
            models.Index(
                fields=["created_at", "id"],
                name="catalog_product_by_age",
                condition=models.Q(deleted_at=None),
            ),
            models.Index(
                fields=["title", "id"],
                name="catalog_product_by_title",
                condition=models.Q(deleted_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def product_status(self) -> ProductStatus:
        """Whether buyers see it."""
        return status_of(hidden_since=self.deleted_at, is_draft=self.is_draft)


class VariantQuerySet(models.QuerySet["Variant"]):
    """Scopes of variants."""

    def called(self, sku: str) -> VariantQuerySet:
        """Narrow to the variant with this SKU, unless it was deleted."""
        return self.none() if "\0" in sku else self.filter(sku=sku, deleted_at=None)


class Variant(models.Model):
    """What is put into a cart: one SKU of a product. A deleted one keeps its SKU."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="variants")
    sku = models.CharField(max_length=100)
    title = models.CharField(max_length=255, blank=True)
    options = models.JSONField(default=dict, blank=True, help_text='Such as {"Size": "M"}.')
    position = models.PositiveIntegerField(default=0)
    weight = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Grams a unit, packing included."
    )
    requires_shipping = models.BooleanField(
        default=True, db_default=True, help_text="Whether there is something to deliver."
    )
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[VariantQuerySet] = VariantQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["sku"], name="catalog_variant_sku_unique"),
        ]

    def __str__(self) -> str:
        return self.sku


class Price(models.Model):
    """What a variant costs in one currency, in minor units."""

    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="prices")
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    compare_at = models.BigIntegerField(
        null=True,
        blank=True,
        help_text="The price that it is a reduction of; shown where it is the higher one.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["variant", "currency"], name="catalog_one_price_per_currency"
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gte=0), name="catalog_price_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(amount__lte=MAX_AMOUNT), name="catalog_price_not_too_high"
            ),
            models.CheckConstraint(
                condition=models.Q(compare_at__gte=0, compare_at__lte=MAX_AMOUNT),
                name="catalog_compare_at_in_range",
            ),
        ]
        indexes = [models.Index(fields=["currency", "amount"], name="catalog_price_by_amount")]

    def __str__(self) -> str:
        return format_money(self.amount, self.currency)


class PriceChange(models.Model):
    """What a variant cost from `starts_at` on, written by triggers; the table only grows.

    `amount` None: it had no price in the currency any more.
    """

    variant = models.ForeignKey(
        Variant, on_delete=models.PROTECT, related_name="price_changes", db_index=False
    )
    currency = models.CharField(max_length=3)
    starts_at = models.DateTimeField()
    amount = models.BigIntegerField(null=True)
    compare_at = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["variant", "currency", "starts_at"], name="catalog_one_change_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return "–" if self.amount is None else format_money(self.amount, self.currency)


class ListPrice(models.Model):
    """What a variant costs in a price list from a moment and a number of units on.

    The newest row that has begun counts. Rows only come; one that has not begun may be deleted.
    `amount` None: the list has no price for so many units any more.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    variant = models.ForeignKey(
        Variant, on_delete=models.PROTECT, related_name="list_prices", db_index=False
    )
    price_list = models.ForeignKey(
        "pricing.PriceList", on_delete=models.PROTECT, related_name="prices"
    )
    min_quantity = models.PositiveIntegerField(default=1)
    starts_at = models.DateTimeField(default=timezone.now)
    amount = models.BigIntegerField(
        null=True, blank=True, help_text="Minor units of the list's currency."
    )
    created_at = models.DateTimeField(
        db_default=Now(), editable=False, help_text="It held no earlier than it was written."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["variant", "price_list", "min_quantity", "starts_at"],
                name="catalog_one_list_price_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gte=0, amount__lte=MAX_AMOUNT),
                name="catalog_list_price_in_range",
            ),
            models.CheckConstraint(
                condition=models.Q(min_quantity__gte=1, min_quantity__lte=MAX_QUANTITY),
                name="catalog_min_quantity_in_range",
            ),
        ]
        indexes = [models.Index(fields=["starts_at"], name="catalog_list_price_by_start")]

    def __str__(self) -> str:
        return f"{self.min_quantity} × {self.variant_id}"


class SearchWord(models.Model):
    """A word that occurs in the catalog with its trigrams, to find what a typo meant."""

    word = models.CharField(primary_key=True, max_length=60)
    trigrams: ArrayField[Any, Any] = ArrayField(models.CharField(max_length=3))

    class Meta:
        indexes = [GinIndex(fields=["trigrams"], name="catalog_searchword_trigrams")]

    def __str__(self) -> str:
        return self.word


register(
    {
        "catalog_category_slug_unique": CategorySlugTaken,
        "catalog_category_not_own_parent": CategoryCycle,
        "catalog_product_slug_unique": SlugTaken,
        "catalog_variant_sku_unique": SkuTaken,
        "catalog_one_list_price_at_a_time": ListPriceTaken,
    }
)

"""Importing products from a file, many at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from catalog.domain import ProductStatus
from catalog.importing import (
    BadRow,
    Imported,
    ImportedProduct,
    ImportedVariant,
    Seen,
    derived_sku,
)
from catalog.models import Price, Product, Variant
from catalog.services.categories import ensure_categories
from catalog.services.search_text import derive_from_variants, remember_words
from catalog.services.statuses import put_in_status, set_status
from catalog.services.variants import set_prices
from core.db.transactions import use_case
from core.errors import CongoCartError
from core.money import Money
from events.domain import SYSTEM
from inventory.services import create_stock


def import_products(
    *, products: Sequence[ImportedProduct], now: datetime, seen: Seen | None = None
) -> Imported:
    """Create and change products, all of them in one transaction.

    Stock is only set for variants that are created. Whatever a file does not mention stays.
    Of what a file says twice the first counts: who imports it in parts hands one `seen`
    through all of them, to which what has landed is added.
    When something is in the way of the whole (a SKU that someone else takes meanwhile),
    each product is tried on its own.
    """
    seen = Seen() if seen is None else seen
    try:
        imported, landed = _import_batch(products=products, now=now, seen=seen)
    except CongoCartError as error:
        if len(products) == 1:
            return Imported(bad_rows=[BadRow(products[0].line, error.detail)])
    else:
        seen.add(landed)
        return imported
    done = Imported()
    for product in products:
        done.add(import_products(products=[product], now=now, seen=seen))
    return done


@use_case
def _import_batch(
    *, products: Sequence[ImportedProduct], now: datetime, seen: Seen
) -> tuple[Imported, Seen]:
    """Return what became of the products, and what is to be added to `seen` now."""
    batch = _Batch(products, now, seen)
    for product in products:
        batch.plan(product)
    return batch.write(), batch.seen


class _Batch:
    """What one transaction reads, then plans, then writes with one statement for each kind of row.

    Rows are compared with what is stored, so that nothing is written that is there already.
    """

    def __init__(self, products: Sequence[ImportedProduct], now: datetime, before: Seen) -> None:
        self.now = now
        self.before = before
        self.seen = Seen()
        self.bad_rows: list[BadRow] = []
        self.categories = ensure_categories(sorted({product.category for product in products}))
        self._read(
            handles=[product.handle for product in products],
            skus=[sku for product in products for v in product.variants for sku in _skus_of(v)],
        )
        self.derived: dict[str, str] = {}
        self.found: set[UUID] = set()
        self.new: dict[UUID, Product] = {}
        self.changed: dict[UUID, Product] = {}
        self.new_variants: dict[UUID, Variant] = {}
        self.changed_variants: dict[UUID, Variant] = {}
        self.new_prices: list[tuple[Variant, tuple[Money, ...]]] = []
        self.compare_at: dict[UUID, Money | None] = {}
        self.quantities: dict[UUID, int] = {}

    def _read(self, *, handles: list[str], skus: list[str]) -> None:
        locked = Product.objects.select_for_update(no_key=True).order_by("id")
        self.products = {row.slug: row for row in locked.filter(slug__in=handles)}
        variants = Variant.objects.filter(
            Q(product__in=self.products.values()) | Q(sku__in=skus)
        ).order_by("position", "id")
        self.variants = {row.sku: row for row in variants}
        self.by_product: dict[UUID, list[Variant]] = defaultdict(list)
        for row in self.variants.values():
            self.by_product[row.product_id].append(row)
        prices = Price.objects.filter(variant__in=self.variants.values())
        self.prices = {
            (pk, currency): (amount, compare_at)
            for pk, currency, amount, compare_at in prices.values_list(
                "variant_id", "currency", "amount", "compare_at"
            )
        }

    def plan(self, product: ImportedProduct) -> None:
        """Compare one product of the file with what is stored."""
        row = self.products.get(product.handle)
        archived = ProductStatus.ARCHIVED
        if row and row.product_status is archived and product.status is not archived:
            self._refuse(product, "the product was archived here and stays so.")
            return
        named = (self._with_sku(variant, product.handle, row) for variant in product.variants)
        variants = [variant for variant in named if self._is_usable(variant, row)]
        if row is None and not product.title:
            self._refuse(product, "the product has no title.")
            return
        if row is None and not variants:
            return
        if row is None:
            row = Product(slug=product.handle, created_at=self.now, updated_at=self.now)
            self.products[product.handle] = self.new[row.id] = row
        self._plan_product(row, product)
        for variant in variants:
            self._plan_variant(row, variant)
        used = [(v.title, v.options) for v in self.by_product[row.id] if v.deleted_at is None]
        if derive_from_variants(row, used):
            self.changed[row.id] = row
        if product.handle not in self.before.handles:
            self.found.add(row.id)

    def _refuse(self, found: ImportedProduct | ImportedVariant, problem: str) -> None:
        self.bad_rows.append(BadRow(found.line, problem))

    def _with_sku(
        self, variant: ImportedVariant, handle: str, product: Product | None
    ) -> ImportedVariant:
        """Return the variant with the SKU that it has or gets here when the file gives none."""
        derived = variant.derived
        if derived is None:
            return variant
        is_free = derived.plain not in self.variants and derived.plain not in self.seen.skus
        if derived.sure in self.derived:
            sku = self.derived[derived.sure]
        elif self._is_own(derived.sure, product):
            sku = derived.sure
        elif self._is_own(derived.plain, product) and not self._is_rival(variant, handle):
            sku = derived.plain
        else:
            sku = derived.plain if is_free and not derived.is_ambiguous else derived.sure
        self.derived[derived.sure] = sku
        return replace(variant, sku=sku)

    def _is_own(self, sku: str, product: Product | None) -> bool:
        row = self.variants.get(sku)
        return row is not None and product is not None and row.product_id == product.id

    def _is_rival(self, variant: ImportedVariant, handle: str) -> bool:
        """Tell whether the variant that has the SKU keeps it: other options make it as well."""
        stored = self.variants[variant.sku].options
        names = [name for name in variant.options or () if name in stored]
        other = derived_sku(handle, {name: stored[name] for name in names})
        is_same = variant.derived is not None and other.sure == variant.derived.sure
        return other.plain == variant.sku and not is_same

    def _is_usable(self, variant: ImportedVariant, product: Product | None) -> bool:
        row = self.variants.get(variant.sku)
        if variant.sku in self.before.skus or variant.sku in self.seen.skus:
            self._refuse(variant, f"the SKU {variant.sku} was in the file before.")
        elif row and (product is None or row.product_id != product.id):
            self._refuse(variant, f"the SKU {variant.sku} belongs to another product.")
        elif row and row.deleted_at:
            self._refuse(variant, f"the variant {variant.sku} was deleted here and stays so.")
        else:
            self.seen.skus.add(variant.sku)
            return True
        return False

    def _plan_product(self, row: Product, product: ImportedProduct) -> None:
        """Take over what the product's first rows say; further rows only add variants."""
        if not product.title or product.handle in self.before.handles | self.seen.handles:
            return
        self.seen.handles.add(product.handle)
        category = self.categories.get(product.category)
        wanted = {
            "title": product.title,
            "description": product.description,
            "category_id": category.id if category else None,
            "tax_class": product.tax_class,
        }
        if _set(row, wanted):
            self.changed[row.id] = row
        if product.status is None or product.status is row.product_status:
            return
        if row.id in self.new:
            set_status(row, product.status, now=self.now)
        else:
            put_in_status(row, product.status, by=SYSTEM, now=self.now)
        self.changed[row.id] = row

    def _plan_variant(self, product: Product, variant: ImportedVariant) -> None:
        row = self.variants.get(variant.sku)
        siblings = self.by_product[product.id]
        if row is None:
            row = Variant(product=product, sku=variant.sku, position=len(siblings))
            siblings.append(row)
            self.variants[row.sku] = self.new_variants[row.id] = row
            self.quantities[row.id] = variant.stock
            self.changed[product.id] = product
        options = None if variant.options is None else dict(variant.options)
        wanted = {
            "title": variant.title,
            "options": options,
            "weight": variant.weight,
            "requires_shipping": variant.requires_shipping,
        }
        if _set(row, wanted):
            self.changed_variants[row.id] = row
            self.changed[product.id] = product
        prices = tuple(price for price in variant.prices if self._is_new(row, price, variant))
        if prices and variant.has_compare_at:
            self.compare_at[row.id] = variant.compare_at
        if prices:
            self.new_prices.append((row, prices))
            self.changed[product.id] = product

    def _is_new(self, row: Variant, price: Money, variant: ImportedVariant) -> bool:
        """Tell whether a price, or what it is compared with, is not the one that is stored."""
        amount, compare_at = self.prices.get((row.id, price.currency), (None, None))
        other = variant.compare_at
        if variant.has_compare_at and (other is None or other.currency == price.currency):
            return (amount, compare_at) != (price.amount, other.amount if other else None)
        return amount != price.amount

    def write(self) -> Imported:
        """Write what was planned."""
        updated = [row for pk, row in self.changed.items() if pk not in self.new]
        for row in updated:
            row.updated_at = self.now
        Product.objects.bulk_create(self.new.values())
        Product.objects.bulk_update(updated, _PRODUCT_FIELDS)
        Variant.objects.bulk_create(self.new_variants.values())
        Variant.objects.bulk_update(
            [row for pk, row in self.changed_variants.items() if pk not in self.new_variants],
            ["title", "options", "weight", "requires_shipping"],
        )
        set_prices(self.new_prices, self.compare_at)
        create_stock(quantities=self.quantities, actor_id=None, now=self.now)
        remember_words([*self.new.values(), *updated])
        return Imported(
            created=len(self.new),
            updated=len(updated),
            unchanged=len(self.found - self.new.keys() - self.changed.keys()),
            bad_rows=self.bad_rows,
        )


_PRODUCT_FIELDS = [
    "title", "description", "category", "tax_class", "options", "keywords", "updated_at",
    "deleted_at", "is_draft",
]  # fmt: skip


def _skus_of(variant: ImportedVariant) -> tuple[str, ...]:
    """Return the SKUs by which it may be known here."""
    return (variant.sku, variant.derived.sure) if variant.derived else (variant.sku,)


def _set(row: Product | Variant, values: Mapping[str, Any]) -> bool:
    """Set what is given (not None) and differs; tell whether anything did."""
    different = {
        name: value
        for name, value in values.items()
        if value is not None and getattr(row, name) != value
    }
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)

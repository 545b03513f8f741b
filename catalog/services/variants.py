"""Creating and changing variants and their prices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from catalog.domain import (
    NewVariant,
    PriceMissing,
    ProductNotFound,
    SkuTaken,
    VariantChanges,
    VariantNotFound,
    variant_title,
)
from catalog.models import Price, Product, Variant
from catalog.services.search_text import derive_from_variants, remember_words
from core.db.transactions import transaction_required, use_case
from core.money import Money
from inventory.services import create_stock

ADD_VARIANT_ERRORS = (ProductNotFound, SkuTaken)


@use_case
def add_variant(
    *, product_slug: str, variant: NewVariant, actor_id: UUID | None = None, now: datetime
) -> Variant:
    """Add a variant behind the others. Raises `ADD_VARIANT_ERRORS`."""
    product = locked_product(product_slug)
    (row,) = create_variants(
        product,
        [variant],
        first_position=product.variants.count(),
        actor_id=actor_id,
        now=now,
    )
    refresh_from_variants(product, now=now)
    return row


UPDATE_VARIANT_ERRORS = (VariantNotFound, PriceMissing)


@use_case
def update_variant(*, sku: str, changes: VariantChanges, now: datetime) -> Variant:
    """Change a variant and its prices; two changes at the same time both count.

    Raises `UPDATE_VARIANT_ERRORS`.
    """
    # The product is locked first, as by everyone who changes a product.
    variants = Variant.objects.called(sku).select_related("product")
    variant = variants.select_for_update(no_key=True, of=("product",)).first()
    if variant is None:
        raise VariantNotFound
    columns: list[str] = [name for name in ("weight", "requires_shipping") if name in changes]
    if not changes.keys().isdisjoint(("title", "options")):
        # A title that follows from the options goes on to do so.
        variant.refresh_from_db(fields=["title", "options"])
        was_derived = variant.title == variant_title("", variant.options)
        title = changes.get("title", "" if was_derived else variant.title)
        variant.options = dict(changes.get("options", variant.options))
        variant.title = variant_title(title, variant.options)
        columns += ["title", "options"]
    variant.weight = changes.get("weight", variant.weight)
    variant.requires_shipping = changes.get("requires_shipping", variant.requires_shipping)
    # Only what is changed: the rest may be older than the lock, which is on the product.
    variant.save(update_fields=columns)
    compared = {variant.id: changes["compare_at"]} if "compare_at" in changes else {}
    set_prices([(variant, changes.get("prices", ()))], compared)
    refresh_from_variants(variant.product, now=now)
    return variant


@transaction_required
def locked_product(slug: str) -> Product:
    """Lock a product against other writers. Raises `ProductNotFound`."""
    product = Product.objects.called(slug).select_for_update(no_key=True, of=("self",)).first()
    if product is None:
        raise ProductNotFound
    return product


@transaction_required
def create_variants(
    product: Product,
    variants: Sequence[NewVariant],
    *,
    first_position: int,
    actor_id: UUID | None,
    now: datetime,
) -> list[Variant]:
    """Create variants with prices and stock.

    Raises `SkuTaken`, naming the SKUs.
    """
    skus = [variant.sku for variant in variants]
    taken = sorted(Variant.objects.filter(sku__in=skus).values_list("sku", flat=True))
    if taken:
        raise SkuTaken(f"Taken by another variant: {', '.join(taken)}.", skus=taken)
    rows = [
        Variant(
            product=product,
            sku=variant.sku,
            title=variant_title(variant.title, variant.options),
            options=dict(variant.options),
            position=position,
            weight=variant.weight,
            requires_shipping=variant.requires_shipping,
        )
        for position, variant in enumerate(variants, first_position)
    ]
    Variant.objects.bulk_create(rows)
    set_prices(
        [(row, new.prices) for row, new in zip(rows, variants, strict=True)],
        {row.id: new.compare_at for row, new in zip(rows, variants, strict=True) if new.compare_at},
    )
    quantities = {row.id: variant.stock for row, variant in zip(rows, variants, strict=True)}
    create_stock(quantities=quantities, actor_id=actor_id, now=now)
    return rows


@transaction_required
def set_prices(
    prices: Iterable[tuple[Variant, Iterable[Money]]],
    compare_at: Mapping[UUID, Money | None] = MappingProxyType({}),
) -> None:
    """Set prices, replacing those in the same currencies, and what they are reductions of.

    `compare_at` is by variant: what the price in its currency is compared with, or None for
    all of them; of variants left out it stays. A price and what it is compared with change in
    one statement, so that its history has one row. Raises `PriceMissing`.
    """
    kept: list[Price] = []
    compared: list[Price] = []
    for variant, amounts in prices:
        other = compare_at.get(variant.id)
        for price in amounts:
            row = Price(variant=variant, currency=price.currency, amount=price.amount)
            if other is not None and other.currency == price.currency:
                row.compare_at = other.amount
            is_said = row.compare_at is not None or (variant.id in compare_at and other is None)
            (compared if is_said else kept).append(row)
    for rows, columns in ((kept, ["amount"]), (compared, ["amount", "compare_at"])):
        Price.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["variant", "currency"],
            update_fields=columns,
        )
    _compare_others(compare_at, {(row.variant_id, row.currency) for row in compared})


def _compare_others(
    compare_at: Mapping[UUID, Money | None], done: AbstractSet[tuple[UUID, str]]
) -> None:
    """Set what prices are compared with that are not set themselves. Raises `PriceMissing`."""
    removed = [pk for pk, other in compare_at.items() if other is None]
    if removed:
        Price.objects.filter(variant__in=removed, compare_at__gte=0).update(compare_at=None)
    for pk, other in compare_at.items():
        if other is None or (pk, other.currency) in done:
            continue
        price = Price.objects.filter(variant=pk, currency=other.currency)
        if not price.update(compare_at=other.amount):
            raise PriceMissing().at("/compare_at_price")


def refresh_from_variants(product: Product, *, now: datetime) -> None:
    """Save a product whose variants or texts have changed, with what search finds it by."""
    variants = product.variants.filter(deleted_at=None).values_list("title", "options")
    derive_from_variants(product, variants)
    product.updated_at = now
    product.save()
    remember_words([product])

"""Creating and changing products."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from catalog.domain import (
    NewVariant,
    Option,
    ProductChanges,
    ProductNotFound,
    ProductStatus,
    SkuTaken,
    SlugTaken,
    UnknownCategory,
    slug_of,
)
from catalog.models import Category, Product
from catalog.services.search_text import derive_from_variants, remember_words
from catalog.services.statuses import set_status
from catalog.services.variants import create_variants, locked_product, refresh_from_variants
from core.db.transactions import use_case
from core.errors import FieldError
from pricing.domain import STANDARD_TAX_CLASS

CREATE_PRODUCT_ERRORS = (SkuTaken, SlugTaken, UnknownCategory)


@use_case
def create_product(
    *,
    title: str,
    slug: str | None = None,
    description: str = "",
    category: str | None = None,
    tax_class: str = STANDARD_TAX_CLASS,
    options: Sequence[Option] = (),
    variants: Sequence[NewVariant],
    status: ProductStatus = ProductStatus.PUBLISHED,
    actor_id: UUID | None = None,
    now: datetime,
) -> Product:
    """Create a product with its variants, their prices and their stock.

    `category` is a slug; `tax_class` need not have a rate yet. Without `slug` one is made from
    the title. `options` gives their order; those that variants use are always among them.
    Raises `CREATE_PRODUCT_ERRORS`.
    """
    product = Product(
        slug=slug or _free_slug(title),
        title=title,
        description=description,
        category=_category(category),
        tax_class=tax_class,
        created_at=now,
        updated_at=now,
    )
    set_status(product, status, now=now)
    derive_from_variants(product, [(new.title, new.options) for new in variants], options)
    product.save(force_insert=True)
    create_variants(product, variants, first_position=0, actor_id=actor_id, now=now)
    remember_words([product])
    return product


UPDATE_PRODUCT_ERRORS = (ProductNotFound, SlugTaken, UnknownCategory)


@use_case
def update_product(*, slug: str, changes: ProductChanges, now: datetime) -> Product:
    """Change a product. Raises `UPDATE_PRODUCT_ERRORS`."""
    product = locked_product(slug)
    product.title = changes.get("title", product.title)
    product.slug = changes.get("slug", product.slug)
    product.description = changes.get("description", product.description)
    product.tax_class = changes.get("tax_class", product.tax_class)
    if "category" in changes:
        product.category = _category(changes["category"])
    if "options" in changes:
        product.options = [option.as_dict() for option in changes["options"]]
    refresh_from_variants(product, now=now)
    return product


def _category(slug: str | None) -> Category | None:
    if slug is None:
        return None
    category = Category.objects.filter(slug=slug).first()
    if category is None:
        problem = FieldError("/category", UnknownCategory.code, UnknownCategory.__doc__ or "")
        raise UnknownCategory(errors=[problem])
    return category


def _free_slug(title: str) -> str:
    """Return the title's slug, numbered when it is taken; two at once may meet in `SlugTaken`."""
    slug = slug_of(title) or "product"
    taken = set(Product.objects.filter(slug__startswith=slug[:190]).values_list("slug", flat=True))
    number = 1
    candidate = slug
    while candidate in taken:
        number += 1
        candidate = f"{slug[:190]}-{number}"
    return candidate

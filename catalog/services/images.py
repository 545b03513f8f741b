"""Pictures of products, variants and categories: added, described, put in order, deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max, Q

from catalog.domain import (
    MAX_IMAGES,
    MAX_POSITION,
    CategoryNotFound,
    ImageChanges,
    ImageNotFound,
    ProductNotFound,
    TooManyImages,
    VariantNotFound,
)
from catalog.models import Category, Image, Product, Variant
from catalog.services.image_files import have_removed_if_unused, usable_file
from catalog.services.variants import locked_product
from core.db.transactions import transaction_required, use_case
from core.errors import ResourceBusy

ADD_PRODUCT_IMAGE_ERRORS = (ProductNotFound, VariantNotFound, TooManyImages, ResourceBusy)
ADD_CATEGORY_IMAGE_ERRORS = (CategoryNotFound, TooManyImages, ResourceBusy)


@use_case
def add_product_image(
    *, slug: str, sku: str | None = None, digest: str, alt: str = "", now: datetime
) -> Image:
    """Show a picture that was stored, of a product or of one of its variants, behind the others.

    Raises `ADD_PRODUCT_IMAGE_ERRORS`; `ResourceBusy` when it was not, or is no longer, stored.
    """
    product = locked_product(slug)
    owner: dict[str, Any] = {"product": product}
    if sku is not None:
        variant = Variant.objects.called(sku).filter(product=product).first()
        if variant is None:
            raise VariantNotFound
        owner = {"variant": variant}
    _touch(product.pk, now)
    return _add(owner, digest, alt, now)


@use_case
def add_category_image(*, slug: str, digest: str, alt: str = "", now: datetime) -> Image:
    """Show a picture that was stored, of a category. Raises `ADD_CATEGORY_IMAGE_ERRORS`."""
    rows = Category.objects.none() if "\0" in slug else Category.objects.filter(slug=slug)
    category = rows.select_for_update(no_key=True).first()
    if category is None:
        raise CategoryNotFound
    return _add({"category": category}, digest, alt, now)


UPDATE_IMAGE_ERRORS = (ImageNotFound,)


@use_case
def update_image(*, image_id: UUID, changes: ImageChanges, now: datetime) -> Image:
    """Change the alt text or the position of a picture. Raises `UPDATE_IMAGE_ERRORS`."""
    image = _locked_image(image_id, now)
    image.alt = changes.get("alt", image.alt)
    image.position = changes.get("position", image.position)
    image.save(update_fields=["alt", "position"])
    return image


@use_case
def delete_image(*, image_id: UUID, now: datetime) -> None:
    """Delete a picture, and in the background its files unless another one has the same content.

    Raises `ImageNotFound`.
    """
    image = _locked_image(image_id, now)
    image.delete()
    have_removed_if_unused(image.file_id)


@transaction_required
def require_image_can_be_added(owner: dict[str, Any]) -> None:
    """Raise `TooManyImages` when there are enough. The owner's row is locked already."""
    if Image.objects.filter(**owner).count() >= MAX_IMAGES:
        raise TooManyImages


def _add(owner: dict[str, Any], digest: str, alt: str, now: datetime) -> Image:
    require_image_can_be_added(owner)
    last = Image.objects.filter(**owner).aggregate(last=Max("position"))["last"]
    return Image.objects.create(
        **owner,
        file=usable_file(digest),
        alt=alt,
        position=0 if last is None else min(last + 1, MAX_POSITION),
        created_at=now,
    )


def _locked_image(image_id: UUID, now: datetime) -> Image:
    """Lock a picture behind its product, as everyone who changes a product does."""
    shown = Q(images=image_id) | Q(variants__images=image_id)
    product_id = Product.objects.filter(shown).values_list("pk", flat=True).first()
    if product_id is not None:
        _touch(product_id, now)
    rows = Image.objects.select_for_update(no_key=True, of=("self",)).select_related("file")
    image = rows.filter(pk=image_id).first()
    if image is None:
        raise ImageNotFound
    return image


def _touch(product_id: UUID, now: datetime) -> None:
    """Lock a product and say that it has changed."""
    Product.objects.filter(pk=product_id).update(updated_at=now)

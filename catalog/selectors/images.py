"""The pictures of products, variants and categories, as the API shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from catalog.domain import (
    CategoryNotFound,
    ImageFormat,
    ImageNotFound,
    ImageStatus,
    ProductNotFound,
    renditions,
)
from catalog.models import Category, Image, Product

_SHOWN = {
    "id": "id",
    "alt": "alt",
    "position": "position",
    "digest": "file_id",
    "width": "file__width",
    "height": "file__height",
    "format": "file__format",
}


def images_of(owner: str) -> ArraySubquery:
    """Return an annotation: what is to be shown of each row's pictures, for `image_bodies`.

    `owner` says what the rows are: product, variant or category. It costs no statement of its
    own. Pictures that are not ready, or never will be, are left out.
    """
    ready = Image.objects.filter(**{owner: OuterRef("pk"), "file__status": ImageStatus.READY})
    return ArraySubquery(ready.order_by("position", "id").values(shown=JSONObject(**_SHOWN)))


def image_bodies(shown: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the bodies of pictures that `images_of` has read."""
    return [_body(each) for each in shown]


def image(image_id: UUID) -> Image:
    """Return a picture with what is known of its file. Raises `ImageNotFound`."""
    found = Image.objects.select_related("file").filter(pk=image_id).first()
    if found is None:
        raise ImageNotFound
    return found


def require_product(slug: str) -> None:
    """Raise `ProductNotFound` before a picture of it is stored for nothing."""
    if not Product.objects.called(slug).exists():
        raise ProductNotFound


def require_category(slug: str) -> None:
    """Raise `CategoryNotFound` before a picture of it is stored for nothing."""
    if "\0" in slug or not Category.objects.filter(slug=slug).exists():
        raise CategoryNotFound


def managed_image_body(row: Image) -> dict[str, Any]:
    """Return the body of a picture with its status, for those who manage it."""
    file = row.file
    said = {"id": row.id, "alt": row.alt, "position": row.position}
    body = {**said, "url": None, "width": None, "height": None, "sizes": []}
    if file.status == ImageStatus.READY:
        size = {"width": file.width, "height": file.height, "format": file.format}
        body = _body({**said, **size, "digest": file.digest})
    return {**body, "status": file.status, "error": file.error or None}


def _body(shown: Mapping[str, Any]) -> dict[str, Any]:
    digest, original = shown["digest"], ImageFormat(shown["format"])
    sizes = [
        {
            "url": f"{settings.MEDIA.url}{each.name(digest)}",
            "width": each.width,
            "height": each.height,
            "format": each.format,
        }
        for each in renditions(shown["width"], shown["height"], original)
    ]
    said = {name: shown[name] for name in ("id", "alt", "position")}
    largest = {name: sizes[-1][name] for name in ("url", "width", "height")}
    return {**said, **largest, "sizes": sizes}

"""Pictures over HTTP: sent, described, put in order, deleted; and their files."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.access import MANAGER
from catalog import selectors, services
from catalog.domain import ImageChanges, ImageNotFound
from catalog.models import Image
from catalog.rendering.files import media
from catalog.serializers.images import (
    ImageChangesInput,
    ImageInput,
    ManagedImageOutput,
    ProductImageInput,
)
from core.http.error_pages import read_only
from core.http.fields import validated
from core.http.idempotency import ApiResponse, key_of, write
from core.http.operations import operation
from core.http.uploads import UploadParser

TAG = "Catalog"
SENDING = (
    "The picture is decoded in the background: it is shown once its `status` is `ready`. "
    "Its EXIF data, with the place that it was taken at, is left out."
)
IMMUTABLE = "public, max-age=31536000, immutable"
_SHOWN = re.compile(r"images/[0-9a-f]{2}/[0-9a-f]{64}-[0-9]+\.(jpeg|png|webp|avif)")


class UploadViewSet(ViewSet):
    """Pictures that are sent."""

    parser_classes = [UploadParser]

    @operation(
        "addProductImage",
        "Add a picture to a product or to one of its variants",
        access=MANAGER,
        scope="products:write",
        request=ProductImageInput,
        responses={201: ManagedImageOutput},
        errors=[*services.ADD_PRODUCT_IMAGE_ERRORS, *services.UPLOAD_ERRORS],
        tag=TAG,
        description=SENDING,
    )
    def of_product(self, request: Request, slug: str) -> HttpResponse:
        sent = validated(ProductImageInput, request)
        selectors.require_product(slug)
        digest, others = _stored(request, sent)
        return write(
            request,
            lambda: services.add_product_image(
                slug=slug,
                sku=others.get("variant"),
                digest=digest,
                alt=others.get("alt", ""),
                now=timezone.now(),
            ),
            _created,
            content=_content(digest, others),
        )

    @operation(
        "addCategoryImage",
        "Add a picture to a category",
        access=MANAGER,
        scope="products:write",
        request=ImageInput,
        responses={201: ManagedImageOutput},
        errors=[*services.ADD_CATEGORY_IMAGE_ERRORS, *services.UPLOAD_ERRORS],
        tag=TAG,
        description=SENDING,
    )
    def of_category(self, request: Request, slug: str) -> HttpResponse:
        sent = validated(ImageInput, request)
        selectors.require_category(slug)
        digest, others = _stored(request, sent)
        return write(
            request,
            lambda: services.add_category_image(
                slug=slug, digest=digest, alt=others.get("alt", ""), now=timezone.now()
            ),
            _created,
            content=_content(digest, others),
        )


class ImageViewSet(ViewSet):
    """Pictures that there are."""

    @operation(
        "getImage",
        "Read a picture and how far its file has come",
        access=MANAGER,
        scope="products:write",
        responses={200: ManagedImageOutput},
        errors=[ImageNotFound],
        tag=TAG,
    )
    def retrieve(self, request: Request, image_id: UUID) -> Response:
        return Response(selectors.managed_image_body(selectors.image(image_id)))

    @operation(
        "updateImage",
        "Describe a picture, or put it in order",
        access=MANAGER,
        scope="products:write",
        request=ImageChangesInput,
        responses={200: ManagedImageOutput},
        errors=services.UPDATE_IMAGE_ERRORS,
        tag=TAG,
    )
    def partial_update(self, request: Request, image_id: UUID) -> HttpResponse:
        changes: ImageChanges = validated(ImageChangesInput, request)  # type: ignore[assignment]
        return write(
            request,
            lambda: services.update_image(image_id=image_id, changes=changes, now=timezone.now()),
            lambda row: ApiResponse(200, selectors.managed_image_body(row)),
        )

    @operation(
        "deleteImage",
        "Delete a picture",
        access=MANAGER,
        scope="products:write",
        responses={204: None},
        errors=[ImageNotFound],
        tag=TAG,
        description="Its files are deleted in the background, unless another picture is the same.",
    )
    def destroy(self, request: Request, image_id: UUID) -> HttpResponse:
        return write(
            request,
            lambda: services.delete_image(image_id=image_id, now=timezone.now()),
            lambda _: ApiResponse(204),
        )


@read_only
def image_file(request: HttpRequest, name: str) -> FileResponse:
    """Serve a file that a picture is shown as, for a year; what was sent is never served."""
    if not _SHOWN.fullmatch(name):
        raise Http404
    try:
        file = media().open(name)
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        file,
        content_type=f"image/{name.rpartition('.')[2]}",
        headers={"Cache-Control": IMMUTABLE, "X-Content-Type-Options": "nosniff"},
    )


def _stored(request: Request, sent: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Store the file of a form; return its digest, and what else was sent."""
    key_of(request)  # A key that is none is refused before anything is stored.
    others = {name: value for name, value in sent.items() if name != "file"}
    with sent["file"] as file:
        return services.store_image(file.file, now=timezone.now()), others


def _content(digest: str, others: dict[str, Any]) -> bytes:
    return json.dumps([digest, others], sort_keys=True).encode()


def _created(row: Image) -> ApiResponse:
    where = {"Location": f"/api/v1/media/{row.id}"}
    return ApiResponse(201, selectors.managed_image_body(row), where)

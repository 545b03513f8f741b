"""The rules of pictures, on plain values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypedDict

from core.states import Status

# Pixels. A picture is never enlarged, and never more than so many times as high as it is wide.
WIDTHS = (320, 800, 1600)
MAX_ASPECT = 4
MAX_IMAGES = 50
MAX_ALT_LENGTH = 500
MAX_POSITION = 10_000


class ImageFormat(StrEnum):
    """What is taken, by its content."""

    JPEG = "jpeg"
    PNG = "png"
    GIF = "gif"
    WEBP = "webp"
    AVIF = "avif"


# Besides WebP. Of a GIF the first frame is shown, and PNG keeps it as it is.
SHOWN_AS = {
    ImageFormat.JPEG: ImageFormat.JPEG,
    ImageFormat.PNG: ImageFormat.PNG,
    ImageFormat.GIF: ImageFormat.PNG,
    ImageFormat.WEBP: ImageFormat.WEBP,
    ImageFormat.AVIF: ImageFormat.AVIF,
}


class ImageStatus(Status):
    """How far the file of a picture has come."""

    UPLOADING = "uploading"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"
    DELETING = "deleting"


IMAGE_TRANSITIONS = {
    ImageStatus.UPLOADING: frozenset({ImageStatus.PROCESSING, ImageStatus.DELETING}),
    ImageStatus.PROCESSING: frozenset(
        {ImageStatus.READY, ImageStatus.FAILED, ImageStatus.DELETING}
    ),
    ImageStatus.READY: frozenset({ImageStatus.DELETING}),
    ImageStatus.FAILED: frozenset({ImageStatus.PROCESSING, ImageStatus.DELETING}),
    ImageStatus.DELETING: frozenset[ImageStatus](),
}


class ImageChanges(TypedDict, total=False):
    """What may be changed of a picture; what is left out stays."""

    alt: str
    position: int


@dataclass(frozen=True, slots=True)
class Rendition:
    """A picture in one size and format: what a browser loads."""

    width: int
    height: int
    format: ImageFormat

    def name(self, digest: str) -> str:
        """Return the name of its file; the same for the same content, and for no other."""
        return f"images/{digest[:2]}/{digest}-{self.width}.{self.format}"


def original_name(digest: str) -> str:
    """Return the name of the file that was sent, which is shown to nobody."""
    return f"originals/{digest[:2]}/{digest}"


def renditions(width: int, height: int, original: ImageFormat) -> tuple[Rendition, ...]:
    """Return what a picture of this size is shown as: smallest first, the largest last.

    Of each size its WebP comes first, then the format that every browser knows.
    """
    formats = dict.fromkeys((ImageFormat.WEBP, SHOWN_AS[original]))
    return tuple(Rendition(*size, kind) for size in _sizes(width, height) for kind in formats)


def _sizes(width: int, height: int) -> Iterator[tuple[int, int]]:
    widest = 0
    for limit in WIDTHS:
        scale = min(1.0, limit / width, MAX_ASPECT * limit / height)
        scaled = max(1, round(width * scale))
        if scaled > widest:
            yield scaled, max(1, round(height * scale))
            widest = scaled

"""Decoding what was sent, and encoding what is shown: nothing of a file but its pixels is kept."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from PIL import Image, ImageCms, ImageOps

from catalog.domain import (
    ImageDamaged,
    ImageFormat,
    NotAnImage,
    Rendition,
    TooManyPixels,
    renditions,
)

# Some decoders allocate as they open a file; Pillow refuses twice as many before they do.
Image.MAX_IMAGE_PIXELS = settings.MEDIA.max_pixels
# By Pillow's names. MPO is a JPEG with more pictures behind it, as phones write them.
_FORMATS = {
    "JPEG": ImageFormat.JPEG,
    "MPO": ImageFormat.JPEG,
    "PNG": ImageFormat.PNG,
    "GIF": ImageFormat.GIF,
    "WEBP": ImageFormat.WEBP,
    "AVIF": ImageFormat.AVIF,
}
_ENCODERS: dict[ImageFormat, dict[str, Any]] = {
    ImageFormat.JPEG: {"quality": 85, "progressive": True, "optimize": True},
    ImageFormat.PNG: {"optimize": True},
    ImageFormat.WEBP: {"quality": 82},
    ImageFormat.AVIF: {"quality": 70, "speed": 8},
}
# What decoders raise for a file that is not what it begins as.
_DAMAGED = (
    OSError, SyntaxError, ValueError, LookupError, EOFError, OverflowError, TypeError,
    struct.error, zlib.error,
)  # fmt: skip
_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
_RIFF_HEAD = 8


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture held upright, and its files by what they are."""

    width: int
    height: int
    files: dict[Rendition, bytes]


def format_of(file: IO[bytes]) -> ImageFormat:
    """Return what a file is by its content, of which the head and the end are read.

    Raises `NotAnImage`, `TooManyPixels`, and `ImageDamaged` for what a look at both ends tells.
    """
    with _opened(file) as image:
        found = _FORMATS[image.format or ""]
    if not _ends_where_it_should(file, found):
        raise ImageDamaged
    return found


def rendered(content: bytes, original: ImageFormat) -> Picture:
    """Decode a picture, and encode it in each size and format that it is shown in.

    It is turned as its EXIF says and is in sRGB; EXIF, with the place that it was taken at,
    and everything else in the file, is left out. Raises `ImageDamaged`, `TooManyPixels` and
    `NotAnImage`.
    """
    with _opened(BytesIO(content)) as image:
        try:
            return _rendered(image, original)
        except _DAMAGED as error:
            raise ImageDamaged from error


def _rendered(image: Image.Image, original: ImageFormat) -> Picture:
    turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    width, height = reversed(image.size) if turned else image.size
    shown = renditions(width, height, original)
    widest = shown[-1]
    # A JPEG is decoded at a half, a quarter or an eighth, which spares time and memory.
    needed = (widest.height, widest.width) if turned else (widest.width, widest.height)
    image.draft(None, needed)
    ImageOps.exif_transpose(image, in_place=True)
    plain = _in_srgb(image).resize((widest.width, widest.height), Image.Resampling.LANCZOS)
    files = {}
    for each in shown:
        scaled = plain
        if each.width != plain.width:
            scaled = plain.resize((each.width, each.height), Image.Resampling.LANCZOS)
        files[each] = _encoded(scaled, each.format)
    return Picture(width, height, files)


def _in_srgb(image: Image.Image) -> Image.Image:
    """Return its pixels alone, as RGB, or RGBA where some can be seen through."""
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "CMYK"):
        try:
            converted = ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
        except (ImageCms.PyCMSError, *_DAMAGED):
            converted = None  # A profile that cannot be read: the picture is shown without it.
        image = converted or image
    if image.mode.startswith("I;16") or image.mode == "I":
        image = image.point(lambda value: value / 256).convert("L")
    clear = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    mode = "RGBA" if clear else "RGB"
    return image if image.mode == mode else image.convert(mode)


def _encoded(image: Image.Image, kind: ImageFormat) -> bytes:
    if kind is ImageFormat.JPEG:
        image = image.convert("RGB")
    # A new picture: `save` would write what is in `info`.
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    out = BytesIO()
    bare.save(out, kind.upper(), **_ENCODERS[kind])
    return out.getvalue()


@contextmanager
def _opened(file: IO[bytes]) -> Iterator[Image.Image]:
    """Open a picture by its header. Raises `NotAnImage` and `TooManyPixels`."""
    file.seek(0)
    try:
        image = Image.open(file, formats=["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
        pixels = image.width * image.height
    except _DAMAGED as error:
        raise NotAnImage from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        pixels = settings.MEDIA.max_pixels + 1
    if pixels > settings.MEDIA.max_pixels:
        limit = settings.MEDIA.max_pixels // 10**6
        raise TooManyPixels(f"The picture has more than {limit} million pixels.")
    yield image


def _ends_where_it_should(file: IO[bytes], kind: ImageFormat) -> bool:
    """Tell whether the file ends with the picture.

    A JPEG need not: cameras write more behind it, and only decoding finds one that is cut off.
    """
    file.seek(0)
    head = file.read(_RIFF_HEAD)
    length = file.seek(0, 2)
    file.seek(max(0, length - len(_PNG_END)))
    tail = file.read()
    if kind is ImageFormat.PNG:
        return tail == _PNG_END
    if kind is ImageFormat.GIF:
        return tail.endswith(b";")
    if kind is ImageFormat.WEBP:
        said = int.from_bytes(head[4:], "little") + _RIFF_HEAD
        return length in (said, said + said % 2)
    return True

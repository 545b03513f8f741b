from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from catalog.domain import (
    ImageDamaged,
    ImageFormat,
    NotAnImage,
    TooManyPixels,
    original_name,
    renditions,
)
from catalog.rendering import format_of, rendered
from tests.images import encoded, png_that_says

EVERY_FORMAT = ["JPEG", "PNG", "GIF", "WEBP", "AVIF"]
PLACE = b"51.5074 N"


def shown(content: bytes, kind: str = "JPEG") -> list[Image.Image]:
    """What is made of a file, in the order of its renditions."""
    picture = rendered(content, ImageFormat(kind.lower()))
    return [Image.open(BytesIO(each)) for each in picture.files.values()]


@pytest.mark.parametrize(
    ("size", "sizes"),
    [
        ((4000, 3000), [(320, 240), (800, 600), (1600, 1200)]),
        ((1600, 900), [(320, 180), (800, 450), (1600, 900)]),
        ((500, 500), [(320, 320), (500, 500)]),
        ((100, 50), [(100, 50)]),
        ((1, 1), [(1, 1)]),
        ((40_000, 1), [(320, 1), (800, 1), (1600, 1)]),
        # Four times as high as a limit is wide, at most.
        ((1000, 40_000), [(32, 1280), (80, 3200), (160, 6400)]),
        ((1, 40_000_000), [(1, 1280)]),
    ],
)
def test_a_picture_is_shown_in_three_widths_and_never_enlarged(size, sizes):
    found = renditions(*size, ImageFormat.WEBP)

    assert [(each.width, each.height) for each in found] == sizes


@pytest.mark.parametrize(
    ("original", "formats"),
    [
        ("jpeg", ["webp", "jpeg"]),
        ("png", ["webp", "png"]),
        ("gif", ["webp", "png"]),
        ("webp", ["webp"]),
        ("avif", ["webp", "avif"]),
    ],
)
def test_each_size_is_there_in_webp_and_in_the_format_that_was_sent(original, formats):
    assert [each.format for each in renditions(10, 10, ImageFormat(original))] == formats


def test_names_of_files_are_made_of_the_content_alone():
    digest = "ab" * 32
    [webp, jpeg] = renditions(10, 10, ImageFormat.JPEG)

    assert webp.name(digest) == f"images/ab/{digest}-10.webp"
    assert jpeg.name(digest) == f"images/ab/{digest}-10.jpeg"
    assert original_name(digest) == f"originals/ab/{digest}"


@pytest.mark.parametrize("kind", EVERY_FORMAT)
def test_a_format_is_told_by_the_content_and_every_file_is_what_it_says(kind):
    content = encoded(kind, (900, 600))

    assert format_of(BytesIO(content)) == kind.lower()
    picture = rendered(content, ImageFormat(kind.lower()))
    assert (picture.width, picture.height) == (900, 600)
    for each, file in picture.files.items():
        image = Image.open(BytesIO(file))
        assert ((image.format or "").lower(), image.size) == (
            each.format,
            (each.width, each.height),
        )
        red, green, blue, *_ = image.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
        assert red > 240
        assert max(green, blue) < 20


@pytest.mark.parametrize(
    "content",
    [
        b"x",
        b"%PDF-1.7\n",
        b"<html><script>alert(1)</script>",
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
        b"<svg onload=alert(1)>" + encoded("PNG"),
        b"PK\x03\x04" + encoded("JPEG"),
        b"BM" + b"\0" * 100,
        b"\xff\xd8\xff",
        encoded("PNG")[:20],
        b"GIF89a",
        encoded("TIFF"),
    ],
)
def test_what_does_not_begin_as_a_picture_is_none(content: bytes):
    with pytest.raises(NotAnImage):
        format_of(BytesIO(content))


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP"])
@pytest.mark.parametrize("more", [b"PK\x05\x06" + b"\0" * 18, b"<script>alert(1)</script>"])
def test_something_behind_the_end_of_a_picture_is_refused_at_once(kind: str, more: bytes):
    with pytest.raises(ImageDamaged):
        format_of(BytesIO(encoded(kind) + more))


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP"])
def test_a_picture_that_is_cut_off_is_refused_at_once(kind: str):
    with pytest.raises((ImageDamaged, NotAnImage)):
        format_of(BytesIO(encoded(kind, (300, 300))[:-5]))


@pytest.mark.parametrize("kind", EVERY_FORMAT)
def test_of_a_damaged_picture_nothing_is_shown(kind: str):
    noise = BytesIO()
    Image.effect_noise((200, 200), 90).convert("RGB").save(noise, kind)
    content = noise.getvalue()

    with pytest.raises((ImageDamaged, NotAnImage)):
        rendered(content[: len(content) // 2], ImageFormat(kind.lower()))


@pytest.mark.parametrize("size", [(20_000, 5_000), (2**31 - 1, 2**31 - 1), (40_001, 1_000)])
def test_a_header_that_says_a_hundred_megapixels_is_refused_before_a_pixel_is_decoded(size):
    bomb = BytesIO(png_that_says(*size))
    assert len(bomb.getvalue()) < 200

    with pytest.raises(TooManyPixels, match="more than 40 million pixels"):
        format_of(bomb)
    with pytest.raises(TooManyPixels):
        rendered(bomb.getvalue(), ImageFormat.PNG)


def test_text_in_a_file_that_grows_when_it_is_read_is_no_picture():
    text = PngInfo()
    text.add_text("a", "x" * 80_000_000, zip=True)

    with pytest.raises((NotAnImage, ImageDamaged)):
        rendered(encoded("PNG", pnginfo=text), ImageFormat.PNG)


def with_exif(kind: str, **options: Any) -> bytes:
    """A picture that lies on its side, left half blue, with the place that it was taken at."""
    image = Image.new("RGB", (400, 200), "red")
    image.paste("blue", (0, 0, 200, 200))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it a quarter, clockwise
    exif[0x010E] = PLACE.decode()
    exif.get_ifd(0x8825)[1] = "N"
    out = BytesIO()
    image.save(out, kind, exif=exif, comment=PLACE, **options)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_picture_is_turned_as_its_exif_says_and_keeps_none_of_it(kind: str):
    content = with_exif(kind)
    assert PLACE in content

    picture = rendered(content, ImageFormat(kind.lower()))

    assert (picture.width, picture.height) == (200, 400)
    for file in picture.files.values():
        image = Image.open(BytesIO(file))
        assert image.size == (200, 400)
        assert not image.getexif()
        assert PLACE not in file
        red, _, blue = image.convert("RGB").getpixel((100, 50))  # type: ignore[misc]
        assert blue > 200 > 50 > red


def test_what_is_hidden_behind_a_jpeg_is_not_in_what_is_shown():
    hidden = b"<?php system($_GET['c']); ?>"
    content = encoded("JPEG", (400, 300), comment=hidden) + b"PK\x05\x06" + hidden

    assert format_of(BytesIO(content)) == "jpeg"
    for file in rendered(content, ImageFormat.JPEG).files.values():
        assert hidden not in file
        assert b"PK" not in file[-22:]


def test_colors_are_those_of_the_profile_which_is_left_out():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    good = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    for given in (good, profile, b"\0" * 200):
        for image in shown(encoded("JPEG", icc_profile=given)):
            assert "icc_profile" not in image.info
            assert image.convert("RGB").getpixel((5, 5))[0] > 240  # type: ignore[index]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "RGBA", "CMYK"])
def test_pixels_of_every_kind_can_be_shown(mode: str):
    out = BytesIO()
    kind = "JPEG" if mode == "CMYK" else "PNG"
    Image.new("L", (30, 20), 255).convert("RGB" if mode == "I;16" else mode).save(out, kind)
    if mode == "I;16":
        out = BytesIO()
        Image.new("I;16", (30, 20), 65_535).save(out, kind)

    for image in shown(out.getvalue(), kind):
        assert image.convert("RGB").getpixel((5, 5)) >= (250, 250, 250)  # type: ignore[operator]


def test_what_can_be_seen_through_stays_so():
    out = BytesIO()
    Image.new("RGBA", (30, 20), (255, 0, 0, 0)).save(out, "PNG")

    for image in shown(out.getvalue(), "PNG"):
        assert image.convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]


def test_of_what_moves_the_first_frame_is_shown():
    out = BytesIO()
    frames = [Image.new("RGB", (30, 20), color) for color in ("blue", "red")]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])

    for image in shown(out.getvalue(), "GIF"):
        assert getattr(image, "n_frames", 1) == 1
        assert image.convert("RGB").getpixel((5, 5))[2] > 200  # type: ignore[index]


def test_a_webp_that_says_a_quarter_of_a_billion_pixels_is_refused_before_memory_is_taken():
    content = encoded("WEBP", (10, 10), lossless=True)
    canvas = (16_382).to_bytes(3, "little") * 2
    body = b"WEBPVP8X" + (10).to_bytes(4, "little") + b"\0" * 4 + canvas + content[12:]
    bomb = b"RIFF" + len(body).to_bytes(4, "little") + body

    with pytest.raises(TooManyPixels):
        format_of(BytesIO(bomb))

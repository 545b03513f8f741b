"""Pictures that tests send, and a storage of their own that they go to."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from rest_framework.test import APIClient

MEMORY = {"BACKEND": "django.core.files.storage.InMemoryStorage"}


def encoded(
    kind: str = "JPEG", size: tuple[int, int] = (40, 30), color: str = "red", **options: Any
) -> bytes:
    """A picture of one color."""
    out = BytesIO()
    mode = "RGBA" if kind == "PNG" else "RGB"
    Image.new(mode, size, color).save(out, kind, **options)
    return out.getvalue()


def png_that_says(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header says that it is so large."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 100)
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", pixels), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def send(client: APIClient, path: str, content: bytes, name: str = "a.jpg", **form: Any) -> Any:
    """Send a picture as a form, with the fields and headers given."""
    headers = form.pop("headers", {})
    file = SimpleUploadedFile(name, content, content_type="application/octet-stream")
    return client.post(
        f"/api/v1/{path}/media", {"file": file, **form}, format="multipart", headers=headers
    )

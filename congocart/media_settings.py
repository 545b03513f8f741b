"""The settings of pictures: where their files are, and what is taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from congocart.environment import Environment, web_address

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class MediaSettings:
    """Django's storage of pictures, the address that they are read at, and their limits.

    `upload_paths` are forms that may bring a file: no other request's body may be that large, or
    take `upload_seconds` to arrive.
    """

    storage: Mapping[str, Any]
    url: str
    max_bytes: int
    max_pixels: int
    upload_seconds: float
    upload_paths: str = (
        "/api/v1/(?:products|categories)/[^/]+/media"
        "|/admin/catalog/(?:product|variant|category)/(?:add|[^/]+/change)/"
    )


def media_settings(env: Environment, *, folder: Path) -> MediaSettings:
    """Read them; without a bucket, the files are in a folder and this shop serves them."""
    root = env.str("CONGOCART_MEDIA_ROOT", str(folder))
    bucket = env.parsed("CONGOCART_S3_BUCKET", "", _bucket)
    options = {
        "bucket_name": bucket,
        "endpoint_url": env.parsed("CONGOCART_S3_ENDPOINT", None, web_address),
        "region_name": env.str("CONGOCART_S3_REGION", "") or None,
        # Pictures have names that no two contents share; the originals are for nobody's eyes, so
        # the bucket's own policy has to open `images/` and nothing else.
        "default_acl": None,
        "file_overwrite": True,
        "object_parameters": {"CacheControl": "public, max-age=31536000, immutable"},
    }
    local = {
        "BACKEND": "catalog.rendering.files.ImageFolder",
        "OPTIONS": {"location": str(Path(root).absolute())},
    }
    remote = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    url = env.parsed("CONGOCART_MEDIA_URL", "/media", _address)
    if bucket and url == "/media":
        env.faults.append("CONGOCART_MEDIA_URL has to say where the bucket's pictures are read.")
    return MediaSettings(
        storage=remote if bucket else local,
        url=f"{url}/",
        max_bytes=env.int("CONGOCART_MAX_IMAGE_MEGABYTES", 20, at_most=1_000) * MEGABYTE,
        max_pixels=env.int("CONGOCART_MAX_IMAGE_MEGAPIXELS", 40, at_most=1_000) * 10**6,
        upload_seconds=env.float("CONGOCART_UPLOAD_SECONDS", 60.0),
    )


def _bucket(text: str) -> str:
    """Read the name of a bucket, for which a package is needed that few shops need."""
    if not find_spec("storages"):
        raise ValueError("needs the extra `s3`: pip install 'congocart[s3]'.")
    return text


def _address(text: str) -> str:
    """Read a path of this shop, or the address of another server, without its last slash."""
    return text.rstrip("/") if text.startswith("/") else web_address(text)

"""Where pictures are kept, as the operator says it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from congocart.environment import Environment
from congocart.media_settings import media_settings

FOLDER = Path("/srv/media")


@pytest.fixture
def extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package that talks to buckets is there."""
    monkeypatch.setattr("congocart.media_settings.find_spec", bool)


def test_without_settings_pictures_are_in_a_folder_and_read_from_this_shop() -> None:
    found = media_settings(Environment({}), folder=FOLDER)

    assert found.storage["BACKEND"] == "catalog.rendering.files.ImageFolder"
    assert found.storage["OPTIONS"] == {"location": "/srv/media"}
    assert found.url == "/media/"
    assert (found.max_bytes, found.max_pixels) == (20 * 2**20, 40_000_000)


@pytest.mark.usefixtures("extra")
def test_with_a_bucket_they_are_there() -> None:
    env = Environment(
        {
            "CONGOCART_S3_BUCKET": "pictures",
            "CONGOCART_S3_ENDPOINT": "https://s3.example/",
            "CONGOCART_S3_REGION": "eu-west-1",
            "CONGOCART_MEDIA_URL": "https://cdn.example/shop/",
        }
    )
    found = media_settings(env, folder=FOLDER)

    assert env.faults == []
    assert found.url == "https://cdn.example/shop/"
    assert found.storage["BACKEND"] == "storages.backends.s3.S3Storage"
    options = found.storage["OPTIONS"]
    assert options["bucket_name"] == "pictures"
    assert options["endpoint_url"] == "https://s3.example"
    assert options["region_name"] == "eu-west-1"
    # What is written again is the same content: it replaces what is there.
    assert options["file_overwrite"] is True
    assert options["default_acl"] is None


@pytest.mark.usefixtures("extra")
def test_each_fault_is_told() -> None:
    env = Environment(
        {
            "CONGOCART_S3_BUCKET": "pictures",
            "CONGOCART_S3_ENDPOINT": "s3.example",
            "CONGOCART_MEDIA_URL": "ftp://cdn.example",
            "CONGOCART_MAX_IMAGE_MEGABYTES": "0",
            "CONGOCART_MAX_IMAGE_MEGAPIXELS": "many",
        }
    )
    media_settings(env, folder=FOLDER)

    assert len(env.faults) == 5


def test_a_bucket_needs_the_package_that_talks_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("congocart.media_settings.find_spec", lambda _: None)
    env = Environment({"CONGOCART_S3_BUCKET": "pictures"})

    found = media_settings(env, folder=FOLDER)

    assert env.faults == ["CONGOCART_S3_BUCKET needs the extra `s3`: pip install 'congocart[s3]'."]
    assert found.storage["BACKEND"] == "catalog.rendering.files.ImageFolder"


@pytest.mark.usefixtures("extra")
def test_a_bucket_needs_the_address_that_pictures_are_read_at() -> None:
    env = Environment({"CONGOCART_S3_BUCKET": "pictures"})
    media_settings(env, folder=FOLDER)

    assert env.faults == ["CONGOCART_MEDIA_URL has to say where the bucket's pictures are read."]


@pytest.mark.parametrize(
    ("path", "takes"),
    [
        ("/api/v1/products/mug/media", True),
        ("/api/v1/categories/mug/media", True),
        ("/admin/catalog/product/add/", True),
        ("/admin/catalog/variant/0197/change/", True),
        ("/api/v1/products", False),
        ("/api/v1/products/mug", False),
        ("/api/v1/products/a/b/media", False),
        ("/api/v1/media/0197", False),
        ("/admin/login/", False),
        ("/admin/catalog/price/add/", False),
        ("/api/v1/products/mug/media/", False),
    ],
)
def test_only_forms_with_pictures_may_be_large(path: str, takes: bool) -> None:
    paths = media_settings(Environment({}), folder=FOLDER).upload_paths

    assert bool(re.fullmatch(paths, path)) is takes

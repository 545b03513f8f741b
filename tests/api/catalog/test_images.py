from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.storage import storages
from PIL import Image as Pillow
from rest_framework.test import APIClient

from accounts.domain import Role
from catalog.models import Category, Image, ImageFile
from tests.catalog import product, variant
from tests.images import encoded, png_that_says, send

pytestmark = pytest.mark.django_db
RunJobs = Callable[[], int]


@pytest.fixture
def manager(client_of: Any) -> APIClient:
    product("Mug", variant("MUG/1"), variant("MUG-2"))
    Category.objects.create(slug="kitchen", title="Kitchen")
    return client_of(Role.MANAGER)


def images(client: APIClient, path: str = "products/mug") -> list[dict[str, Any]]:
    response = client.get(f"/api/v1/{path}")
    assert response.status_code == 200
    return response.json()["media"]


def test_a_picture_is_shown_in_every_size_once_it_is_decoded(
    manager: APIClient, client: APIClient, run_jobs: RunJobs
):
    content = encoded("JPEG", (1000, 500))
    response = send(manager, "products/mug", content, alt=" A mug ")

    assert response.status_code == 201, response.content
    sent = response.json()
    assert response["Location"] == f"/api/v1/media/{sent['id']}"
    assert sent == {
        "id": sent["id"], "alt": "A mug", "position": 0, "url": None, "width": None,
        "height": None, "sizes": [], "status": "processing", "error": None,
    }  # fmt: skip
    assert images(client) == []

    assert run_jobs() == 1

    [shown] = images(client)
    digest = hashlib.sha256(content).hexdigest()
    start = f"/media/images/{digest[:2]}/{digest}"
    assert shown == {
        "id": sent["id"],
        "alt": "A mug",
        "position": 0,
        "url": f"{start}-1000.jpeg",
        "width": 1000,
        "height": 500,
        "sizes": [
            {"url": f"{start}-{width}.{kind}", "width": width, "height": height, "format": kind}
            for width, height in ((320, 160), (800, 400), (1000, 500))
            for kind in ("webp", "jpeg")
        ],
    }
    assert manager.get(response["Location"]).json() == {**shown, "status": "ready", "error": None}


def test_files_are_served_for_good_and_as_nothing_but_pictures(
    manager: APIClient, client: APIClient, run_jobs: RunJobs
):
    send(manager, "products/mug", encoded())
    run_jobs()
    [shown] = images(client)

    for size in shown["sizes"]:
        response = client.get(size["url"])
        assert response.status_code == 200
        assert response["Content-Type"] == f"image/{size['format']}"
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response["X-Content-Type-Options"] == "nosniff"
        found = Pillow.open(BytesIO(response.getvalue()))
        assert found.size == (size["width"], size["height"])
    assert client.post(shown["url"]).status_code == 405
    assert client.head(shown["url"]).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "originals/{digest:.2}/{digest}",
        "images/{digest:.2}/{digest}",
        "images/{digest:.2}/{digest}-41.jpeg",
        "images/{digest:.2}/{digest}-40.html",
        "images/{digest:.2}/../../originals/{digest:.2}/{digest}",
        "images/{digest:.2}/{digest}-40.jpeg%0a",
        "../settings.py",
        "%2e%2e/%2e%2e/etc/passwd",
        "",
    ],
)
def test_what_was_sent_and_all_else_is_served_to_nobody(
    manager: APIClient, run_jobs: RunJobs, name: str
):
    content = encoded()
    send(manager, "products/mug", content)
    run_jobs()
    digest = hashlib.sha256(content).hexdigest()

    response = manager.get(f"/media/{name.format(digest=digest)}")

    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


def test_pictures_of_variants_and_categories_are_shown_with_them(
    manager: APIClient, client: APIClient, run_jobs: RunJobs
):
    assert send(manager, "products/mug", encoded(), variant="MUG/1").status_code == 201
    assert send(manager, "categories/kitchen", encoded(color="blue")).status_code == 201
    run_jobs()

    body = client.get("/api/v1/products/mug").json()
    assert body["media"] == []
    assert [len(each["media"]) for each in body["variants"]] == [1, 0]
    [listed] = client.get("/api/v1/products").json()["results"]
    assert listed == body
    [category] = client.get("/api/v1/categories").json()["results"]
    assert len(category["media"]) == 1
    changed = manager.patch("/api/v1/variants/MUG%2F1", {"title": "Blue"}).json()
    assert changed["media"] == body["variants"][0]["media"]


def test_lists_with_pictures_take_as_many_statements_as_without(
    manager: APIClient, client: APIClient, run_jobs: RunJobs, assert_statements: Any
):
    for number in range(3):
        product(f"Cup {number}")
        send(manager, f"products/cup-{number}", encoded())
        send(manager, f"products/cup-{number}", encoded(color="blue"), variant=f"CUP-{number}")
    run_jobs()

    with assert_statements(3):
        client.get("/api/v1/products?limit=50")
    with assert_statements(3):
        client.get("/api/v1/products/cup-1")
    with assert_statements(2):
        client.get("/api/v1/categories")


def test_the_version_of_a_product_changes_with_its_pictures(
    manager: APIClient, client: APIClient, run_jobs: RunJobs
):
    tags = [client.get("/api/v1/products/mug")["ETag"]]
    sent = send(manager, "products/mug", encoded()).json()
    run_jobs()
    tags.append(client.get("/api/v1/products/mug")["ETag"])
    manager.patch(f"/api/v1/media/{sent['id']}", {"alt": "A mug"})
    tags.append(client.get("/api/v1/products/mug")["ETag"])
    manager.delete(f"/api/v1/media/{sent['id']}")
    tags.append(client.get("/api/v1/products/mug")["ETag"])

    assert len(set(tags)) == 3
    assert tags[0] == tags[3]


def test_pictures_are_described_and_put_in_order(
    manager: APIClient, client: APIClient, run_jobs: RunJobs
):
    first, second = (
        send(manager, "products/mug", encoded(color=c)).json() for c in ("red", "blue")
    )
    run_jobs()
    assert [each["position"] for each in images(client)] == [0, 1]

    response = manager.patch(f"/api/v1/media/{first['id']}", {"position": 2, "alt": "Red"})

    assert response.status_code == 200
    assert response.json()["status"] == "ready"
    assert [(each["id"], each["alt"], each["position"]) for each in images(client)] == [
        (second["id"], "", 1),
        (first["id"], "Red", 2),
    ]


def test_a_deleted_picture_takes_its_files_along_unless_another_one_shows_them(
    manager: APIClient, client: APIClient, run_jobs: RunJobs
):
    ids = [send(manager, "products/mug", encoded(color="green")).json()["id"] for _ in range(2)]
    run_jobs()
    [shown, again] = images(client)
    assert shown["url"] == again["url"]

    assert manager.delete(f"/api/v1/media/{ids[0]}").status_code == 204
    run_jobs()
    assert client.get(shown["url"]).status_code == 200

    assert manager.delete(f"/api/v1/media/{ids[1]}").status_code == 204
    run_jobs()
    assert client.get(shown["url"]).status_code == 404
    assert not ImageFile.objects.exists()
    assert manager.get(f"/api/v1/media/{ids[1]}").status_code == 404
    assert manager.delete(f"/api/v1/media/{ids[1]}").status_code == 404


def test_what_was_deleted_can_be_sent_again(
    manager: APIClient, client: APIClient, run_jobs: RunJobs
):
    sent = send(manager, "products/mug", encoded()).json()
    manager.delete(f"/api/v1/media/{sent['id']}")
    run_jobs()
    send(manager, "products/mug", encoded())
    run_jobs()

    [shown] = images(client)
    assert client.get(shown["url"]).status_code == 200


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"x", "not_an_image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "not_an_image"),
        (b"<html><script>alert(1)</script></html>", "not_an_image"),
        (b"PK\x03\x04" + encoded(), "not_an_image"),
        (encoded("PNG") + b"PK\x05\x06", "image_damaged"),
        (encoded("PNG", (200, 200))[:-20], "image_damaged"),
        (png_that_says(10_000, 10_001), "too_many_pixels"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_words(
    manager: APIClient, content: bytes, code: str, run_jobs: RunJobs
):
    response = send(manager, "products/mug", content, name="mug.jpg")

    assert response.status_code == 400
    assert response.json()["code"] == code
    assert not ImageFile.objects.exists()
    assert run_jobs() == 0


def test_a_picture_that_cannot_be_decoded_says_so_and_is_not_shown(
    manager: APIClient, client: APIClient, run_jobs: RunJobs
):
    content = encoded("JPEG", (300, 300), quality=100)
    sent = send(manager, "products/mug", content[: len(content) // 2])
    assert sent.status_code == 201
    run_jobs()

    found = manager.get(sent["Location"]).json()
    assert (found["status"], found["url"]) == ("failed", None)
    assert found["error"].startswith("The picture is damaged")
    assert images(client) == []


@pytest.mark.parametrize("megabytes", [1, 3])
def test_a_file_that_is_too_large_is_refused(manager: APIClient, settings: Any, megabytes: int):
    settings.MEDIA = replace(settings.MEDIA, max_bytes=2**20)
    response = send(manager, "products/mug", encoded() + b"\0" * (megabytes * 2**20))

    assert response.status_code == 413
    assert response.json()["code"] == "payload_too_large"


def test_no_other_request_may_be_as_large(manager: APIClient):
    for path, content_type in (
        ("products", "multipart/form-data; boundary=b"),
        ("products/mug/media", "application/json"),
    ):
        response = manager.generic(
            "POST", f"/api/v1/{path}", b" " * 2 * 2**20, content_type=content_type
        )
        assert response.status_code == 413


def test_there_are_no_more_than_fifty_pictures_of_one_thing(manager: APIClient):
    sent = send(manager, "products/mug", encoded()).json()
    row = Image.objects.select_related("product").get(pk=sent["id"])
    Image.objects.bulk_create(
        Image(product=row.product, file_id=row.file_id, position=each) for each in range(49)
    )

    response = send(manager, "products/mug", encoded())

    assert (response.status_code, response.json()["code"]) == (409, "too_many_images")
    assert send(manager, "categories/kitchen", encoded()).status_code == 201


def test_a_retry_adds_no_second_picture(manager: APIClient):
    headers = {"Idempotency-Key": str(uuid4())}
    first = send(manager, "products/mug", encoded(), alt="A", headers=headers)
    again = send(manager, "products/mug", encoded(), alt="A", headers=headers)
    other = send(manager, "products/mug", encoded(), alt="B", headers=headers)
    file = send(manager, "products/mug", encoded(color="blue"), alt="A", headers=headers)

    assert first.status_code == again.status_code == 201
    assert again["Idempotent-Replayed"] == "true"
    assert again.json() == first.json()
    assert other.json()["code"] == file.json()["code"] == "idempotency_key_reused"
    assert Image.objects.count() == 1


@pytest.mark.parametrize(
    ("path", "form", "code"),
    [
        ("products/none", {}, 404),
        ("products/m%00g", {}, 404),
        ("categories/none", {}, 404),
        ("products/mug", {"variant": "NONE"}, 404),
        ("products/mug", {"variant": ""}, 400),
        ("categories/kitchen", {"variant": "MUG-2"}, 400),
        ("products/mug", {"alt": "x" * 501}, 400),
    ],
)
def test_a_picture_needs_something_that_it_shows(
    manager: APIClient, path: str, form: dict[str, str], code: int
):
    product("Cup")
    assert send(manager, path, encoded(), **form).status_code == code
    assert not Image.objects.exists()


def test_a_variant_of_another_product_is_not_shown_here(manager: APIClient):
    product("Cup")
    assert send(manager, "products/mug", encoded(), variant="CUP").status_code == 404


@pytest.mark.parametrize("position", [-1, 10_001, "1", 1.5, None])
def test_a_position_is_a_small_whole_number(manager: APIClient, position: Any):
    sent = send(manager, "products/mug", encoded()).json()
    response = manager.patch(f"/api/v1/media/{sent['id']}", {"position": position})

    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == "/position"


@pytest.mark.parametrize("role", [None, Role.CUSTOMER, Role.SUPPORT, Role.FULFILLMENT])
def test_only_managers_send_pictures(manager: APIClient, client_of: Any, role: Role | None):
    sent = send(manager, "products/mug", encoded()).json()
    files = ImageFile.objects.count()
    other = client_of(role) if role else APIClient()
    refused = 403 if role else 401

    for path in ("products/mug", "categories/kitchen", "products/none"):
        assert send(other, path, encoded(color="blue")).status_code == refused
    for method in ("get", "patch", "delete"):
        response = getattr(other, method)(f"/api/v1/media/{sent['id']}", format="json")
        assert response.status_code == refused
    assert ImageFile.objects.count() == files


def test_an_api_key_needs_the_scope_of_products(manager: APIClient, client_of: Any):
    admin = client_of(Role.ADMIN)
    for scope, status in (("products:write", 201), ("prices:write", 403)):
        key = admin.post("/api/v1/api-keys", {"name": scope, "scopes": [scope]}).json()["key"]
        machine = APIClient()
        machine.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
        assert send(machine, "products/mug", encoded()).status_code == status


def test_a_file_that_comes_by_way_of_the_disk_is_the_same(
    manager: APIClient, settings: Any, run_jobs: RunJobs
):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
    content = encoded("PNG", (64, 48))
    assert send(manager, "products/mug", content).status_code == 201
    assert send(manager, "products/mug", encoded("PNG")[:30]).status_code == 400
    run_jobs()

    [shown] = images(manager)
    assert (shown["width"], shown["height"]) == (64, 48)
    assert hashlib.sha256(content).hexdigest() in shown["url"]


def test_names_of_files_hold_nothing_of_what_was_sent(manager: APIClient, run_jobs: RunJobs):
    send(manager, "products/mug", encoded(), name="../../Ada Lovelace.html")
    run_jobs()

    [shown] = images(manager)
    assert all(
        re.fullmatch(r"/media/images/[0-9a-f]{2}/[0-9a-f]{64}-40\.(webp|jpeg)", size["url"])
        for size in shown["sizes"]
    )
    assert storages["media"].exists(shown["url"].removeprefix("/media/"))

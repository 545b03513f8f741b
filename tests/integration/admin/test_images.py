from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.domain import Role
from catalog.models import Category, Image, ImageFile, Product
from tests.images import encoded, png_that_says
from tests.integration.admin import rows
from tests.integration.admin.test_prices import existing, formset, product_form, read_only_rows


@pytest.fixture
def product(db: None) -> Product:
    return rows.variants(1)[0].product


def upload(content: bytes, alt: str = "", position: int = 0) -> dict[str, Any]:
    return {"upload": SimpleUploadedFile("a.jpg", content), "alt": alt, "position": position}


def save(browser: Client, product: Product, *images: dict[str, Any], initial: int = 0) -> Any:
    """Save a product's page with these pictures."""
    variant = product.variants.get()
    form = product_form(existing(variant, "19.99"), initial=1, title="Kettle", slug=product.slug)
    form |= formset("images", *images, initial=initial)
    return browser.post(reverse("admin:catalog_product_change", args=[product.pk]), form)


def test_pictures_are_added_described_and_shown(boss, product, run_jobs):
    response = save(boss, product, upload(encoded(), "Red"), upload(encoded(color="blue"), "B", 1))
    assert response.status_code == 302, response.content
    assert run_jobs() == 2

    red, blue = product.images.all()
    assert [(each.alt, each.position, each.file.status) for each in (red, blue)] == [
        ("Red", 0, "ready"),
        ("B", 1, "ready"),
    ]
    page = boss.get(reverse("admin:catalog_product_change", args=[product.pk])).content.decode()
    assert f"/media/images/{red.file_id[:2]}/{red.file_id}-40.webp" in page
    assert 'data-ordering-field="position"' in page

    changes = [{"id": str(red.pk), "product": str(product.pk), "alt": "R", "position": 2}]
    changes += [{"id": str(blue.pk), "product": str(product.pk), "alt": "B", "DELETE": "on"}]
    assert save(boss, product, *changes, initial=2).status_code == 302
    run_jobs()

    [left] = product.images.all()
    assert (left.alt, left.position) == ("R", 2)
    assert list(ImageFile.objects.all()) == [left.file]


def test_another_file_replaces_what_a_picture_shows(boss, product, run_jobs):
    save(boss, product, upload(encoded(), "Mug"))
    run_jobs()
    image = product.images.get()
    row = {"id": str(image.pk), "product": str(product.pk), **upload(encoded(color="blue"), "Mug")}

    assert save(boss, product, row, initial=1).status_code == 302
    run_jobs()

    replaced = product.images.get()
    assert (replaced.pk, replaced.alt) == (image.pk, "Mug")
    assert replaced.file_id != image.file_id
    assert list(ImageFile.objects.values_list("digest", "status")) == [(replaced.file_id, "ready")]


def test_a_category_and_a_variant_have_pictures(boss, product, run_jobs):
    category = Category.objects.get()
    form = {"title": "Home", "slug": "home", "parent": "", **formset("images", upload(encoded()))}
    boss.post(reverse("admin:catalog_category_change", args=[category.pk]), form)
    variant = product.variants.get()
    form = {"title": "", "position": 0, "weight": 0, **formset("prices"), **read_only_rows()}
    form |= formset("images", upload(encoded()))
    boss.post(reverse("admin:catalog_variant_change", args=[variant.pk]), form)

    assert {(each.category_id, each.variant_id) for each in Image.objects.all()} == {
        (category.pk, None),
        (None, variant.pk),
    }


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"<svg onload=alert(1)>", "This is no picture in JPEG, PNG, WebP, AVIF or GIF"),
        (encoded("PNG") + b"PK", "The picture is damaged"),
        (png_that_says(20_000, 20_000), "The picture has more than 40 million pixels."),
        (b"", "The submitted file is empty."),
    ],
)
def test_what_is_refused_is_told_beside_the_file(boss, product, content, complaint):
    response = save(boss, product, upload(content))

    assert response.status_code == 200
    assert complaint in response.content.decode()
    assert not Image.objects.exists()


def test_a_row_without_a_file_is_told_so(boss, product):
    response = save(boss, product, {"alt": "A", "position": 0})

    assert response.status_code == 200
    assert "Choose a file." in response.content.decode()


def test_why_a_picture_is_not_shown_stands_beside_it(boss, product, run_jobs):
    save(boss, product, upload(encoded("JPEG", (300, 300), quality=100)[:-900]))
    run_jobs()

    page = boss.get(reverse("admin:catalog_product_change", args=[product.pk])).content.decode()
    assert "Failed: The picture is damaged" in page


def test_more_than_fifty_pictures_are_refused(boss, product):
    save(boss, product, upload(encoded()))
    file = ImageFile.objects.get()
    Image.objects.bulk_create(Image(product=product, file=file) for _ in range(49))
    given = [
        {"id": str(each.pk), "product": str(product.pk), "alt": "", "position": 0}
        for each in product.images.all()
    ]

    response = save(boss, product, *given, upload(encoded(color="blue")), initial=50)

    assert response.status_code == 200
    assert "There are as many pictures here as there can be: 50." in response.content.decode()


def test_support_sees_pictures_and_stores_none(
    browser_of: Callable[..., Client], boss, product, run_jobs
):
    save(boss, product, upload(encoded(), "Red"))
    run_jobs()
    reader = browser_of(Role.SUPPORT)

    page = reader.get(reverse("admin:catalog_product_change", args=[product.pk])).content.decode()
    assert "/media/images/" in page
    assert save(reader, product, upload(encoded(color="blue"))).status_code == 403
    assert ImageFile.objects.count() == 1


def test_a_picture_that_is_just_being_deleted_is_refused_in_words(boss, product, run_jobs):
    save(boss, product, upload(encoded()))
    Image.objects.all().delete()
    ImageFile.objects.update(status="deleting")

    response = save(boss, product, upload(encoded()))

    assert response.status_code == 200
    assert "This picture is just being deleted; send it again." in response.content.decode()

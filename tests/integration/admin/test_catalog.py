from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.domain import Role
from catalog.models import Category, Product, Variant
from tests.integration.admin import rows
from tests.integration.admin.test_prices import (
    existing,
    formset,
    new_variant,
    product_form,
    read_only_rows,
)


def test_selected_products_are_archived_and_kept(boss):
    kept, gone = (variant.product for variant in rows.variants(2))
    for _ in range(2):
        boss.post(
            reverse("admin:catalog_product_changelist"),
            {"action": "archive", "_selected_action": [str(gone.pk)]},
        )
    assert list(Product.objects.filter(deleted_at=None)) == [kept]
    assert Product.objects.count() == 2
    page = boss.get("/admin/").content.decode()
    assert "1 product archived." in page
    assert "0 products archived." in page


def test_support_archives_nothing(browser_of):
    product = rows.variants(1)[0].product
    browser_of(Role.SUPPORT).post(
        reverse("admin:catalog_product_changelist"),
        {"action": "archive", "_selected_action": [str(product.pk)]},
    )
    assert Product.objects.get().deleted_at is None


def test_what_is_written_in_the_admin_is_found_by_search(boss):
    boss.post(
        reverse("admin:catalog_product_add"),
        product_form(new_variant("K-1", "1") | {"options": '{"Color": "Cerulean"}'}),
    )
    product = Product.objects.get()
    assert "Cerulean" in product.keywords
    assert product.options == [{"name": "Color", "values": ["Cerulean"]}]
    variant = product.variants.get()
    boss.post(
        reverse("admin:catalog_variant_change", args=[variant.pk]),
        {
            "title": "Copper",
            "position": 0,
            "weight": 0,
            **formset("prices"),
            **read_only_rows(),
        },
    )
    product.refresh_from_db()
    assert "Copper" in product.keywords


def test_what_nobody_sees_is_left_out_of_what_staff_write(boss):
    product_page = reverse("admin:catalog_product_add")
    form = product_form(new_variant("K\u200b-1", "1"), title="Te\ufeffapot")
    boss.post(product_page, form | {"description": "Holds\u00ad four\r\ncups."})
    product = Product.objects.get()
    assert (product.title, product.description) == ("Teapot", "Holds four\ncups.")
    assert product.variants.get().sku == "K-1"
    refused = boss.post(product_page, product_form(new_variant("K-2", "1"), title="T\x07"))
    assert "U+0007 is not a character of any text." in refused.content.decode()


def test_a_taken_sku_is_refused(boss):
    first, second = rows.variants(2)
    response = boss.post(
        reverse("admin:catalog_product_change", args=[first.product_id]),
        product_form(existing(first, "1"), new_variant(second.sku, "1"), initial=1, slug="sku-0"),
    )
    assert "already exists" in response.content.decode()
    assert Variant.objects.count() == 2


@pytest.mark.parametrize("ending", ["/stock", "/stock-adjustments"])
def test_a_sku_that_the_api_could_not_address_is_refused(boss, ending):
    response = boss.post(
        reverse("admin:catalog_product_add"), product_form(new_variant(f"K{ending}", "1"))
    )
    assert "cannot end in" in response.content.decode()
    assert not Variant.objects.exists()


@pytest.mark.parametrize("parent", ["top", "middle", "bottom"])
def test_a_category_is_not_put_below_itself(boss, parent):
    top = Category.objects.create(slug="top", title="Top")
    middle = Category.objects.create(slug="middle", title="Middle", parent=top)
    Category.objects.create(slug="bottom", title="Bottom", parent=middle)
    response = boss.post(
        reverse("admin:catalog_category_change", args=[top.pk]),
        {
            "title": "Top",
            "slug": "top",
            "parent": Category.objects.get(slug=parent).pk,
            **formset("images"),
        },
    )
    assert "A category cannot be below itself." in response.content.decode()
    top.refresh_from_db()
    assert top.parent is None


def test_a_category_in_use_is_not_deleted(boss):
    category = rows.variants(1)[0].product.category
    url = reverse("admin:catalog_category_delete", args=[category.pk])
    boss.post(url, {"post": "yes"})
    assert Category.objects.filter(pk=category.pk).exists()


def test_an_unused_category_is_deleted(boss):
    category = Category.objects.create(slug="empty", title="Empty")
    boss.post(reverse("admin:catalog_category_delete", args=[category.pk]), {"post": "yes"})
    assert not Category.objects.exists()

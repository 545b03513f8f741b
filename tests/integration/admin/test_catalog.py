from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.domain import Role
from catalog.domain import ProductStatus
from catalog.models import Category, Product, Variant
from catalog.services import change_product_status
from core.ids import uuid7
from events.models import Event
from inventory.models import Movement, Stock
from tests.integration.admin import rows
from tests.integration.admin.test_prices import (
    existing,
    formset,
    new_variant,
    product_form,
    read_only_rows,
)

PRODUCTS = "/admin/catalog/product/"


def act(browser, step, *products, **fields):
    chosen = [str(product.pk) for product in products]
    return browser.post(PRODUCTS, {"action": step, "_selected_action": chosen, **fields})


@pytest.mark.parametrize(
    ("step", "question", "told", "status"),
    [
        ("unpublish", "Unpublish 2 products?", "2 products unpublished.", "draft"),
        ("archive", "Archive 2 products?", "2 products archived.", "archived"),
        ("recall", "Recall 2 products?", "2 products recalled.", "archived"),
    ],
)
def test_selected_products_are_hidden_after_a_question_and_published_again(
    boss, step, question, told, status
):
    first, second, third = (variant.product for variant in rows.variants(3))

    asked = act(boss, step, first, second)

    assert question in asked.content.decode()
    assert {product.product_status for product in Product.objects.all()} == {"published"}
    act(boss, step, first, second, confirmed="yes")
    assert told in boss.get("/admin/").content.decode()
    assert {row.pk: row.product_status for row in Product.objects.all()} == {
        first.pk: status,
        second.pk: status,
        third.pk: "published",
    }
    asked = act(boss, "publish", first, second, third).content.decode()
    assert "Publish 2 products?" in asked
    assert f"Left as they are: {third.title}." in asked
    act(boss, "publish", first, second, third, confirmed="yes")
    assert {product.product_status for product in Product.objects.all()} == {"published"}


def test_a_form_sent_twice_hides_a_product_once(boss):
    product = rows.variants(1)[0].product
    for _ in range(2):
        response = act(boss, "archive", product, confirmed="yes")
    assert response["Location"] == f"{PRODUCTS}{product.pk}/change/"
    told = boss.get("/admin/").content.decode()
    assert "1 product archived." in told
    assert "0 products" not in told
    events = Event.objects.filter(subject_id=product.pk)
    assert [(event.type, event.actor) for event in events] == [("product.updated", boss.user)]
    history = boss.get(f"{PRODUCTS}{product.pk}/history/").content.decode()
    assert history.count("Archived.") == 1
    assert "None of the selected products would change." in (
        act(boss, "archive", product).content.decode()
    )


@pytest.mark.parametrize("step", ["publish", "unpublish", "archive", "recall"])
def test_the_page_of_a_product_has_a_button_that_asks_first(boss, browser_of, step):
    product = rows.variants(1)[0].product
    page = boss.get(f"{PRODUCTS}{product.pk}/change/").content.decode()
    url = reverse(f"admin:catalog_product_{step}_one", args=[product.pk])
    assert (f'href="{url}"' in page) is (step != "publish")
    change_product_status(slug=product.slug, status=ProductStatus.DRAFT, now=timezone.now())
    page = boss.get(f"{PRODUCTS}{product.pk}/change/").content.decode()
    assert (f'href="{url}"' in page) is (step != "unpublish")
    change_product_status(slug=product.slug, status=ProductStatus.PUBLISHED, now=timezone.now())

    response = boss.get(url)

    assert response.status_code == 200
    would_change = step != "publish"
    assert ("None of the selected" not in response.content.decode()) is would_change
    assert Product.objects.get().product_status == "published"
    reader = browser_of(Role.SUPPORT)
    assert url not in reader.get(f"{PRODUCTS}{product.pk}/change/").content.decode()
    assert reader.get(url).status_code == 403


@pytest.mark.parametrize("step", ["unpublish", "archive", "recall"])
def test_support_hides_nothing(browser_of, step):
    product = rows.variants(1)[0].product
    act(browser_of(Role.SUPPORT), step, product, confirmed="yes")
    assert Product.objects.get().product_status == "published"


@pytest.mark.parametrize("step", ["publish", "unpublish", "archive", "recall"])
@pytest.mark.parametrize("pk", [uuid7(), "abc"])
def test_a_product_that_is_not_there_has_no_question(boss, step, pk):
    assert boss.get(f"{PRODUCTS}{pk}/{step}").status_code == 404


def test_no_more_than_one_can_read_is_asked_about_at_once(boss, monkeypatch):
    monkeypatch.setattr("catalog.admin.statuses.MOST", 2)
    three = [variant.product for variant in rows.variants(3)]
    assert "Archive 2 products?" in act(boss, "archive", *three[:2]).content.decode()

    act(boss, "archive", *three, confirmed="yes", select_across="1")

    assert "Choose at most 2 products at once." in boss.get("/admin/").content.decode()
    assert {product.product_status for product in Product.objects.all()} == {"published"}


def test_what_another_has_done_meanwhile_is_told(boss, monkeypatch):
    first, second = (variant.product for variant in rows.variants(2))
    monkeypatch.setattr("catalog.admin.statuses.Step.is_open_to", lambda *_: True)
    change_product_status(slug=first.slug, status=ProductStatus.ARCHIVED, now=timezone.now())

    act(boss, "archive", first, second, confirmed="yes")

    page = boss.get("/admin/").content.decode()
    assert f"{first.title}: A product" in page
    assert "1 product archived." in page


@pytest.mark.parametrize("status", ["published", "draft", "archived", ""])
def test_a_new_product_is_published_or_a_draft(boss, status):
    form = product_form(new_variant("K-1", "1") | {"on_hand": "7"}, status=status)
    response = boss.post(f"{PRODUCTS}add/", form)
    made = [product.product_status for product in Product.objects.all()]
    if status in ("published", "draft"):
        assert made == [status]
        assert Variant.objects.get().stock.on_hand == 7
        assert Movement.objects.get().actor == boss.user
    else:
        assert response.status_code == 200
        assert made == []


@pytest.mark.parametrize("on_hand", ["-1", "1.5", "many", "1000000000000"])
def test_units_on_hand_are_a_whole_number(boss, on_hand):
    boss.post(f"{PRODUCTS}add/", product_form(new_variant("K-1", "1") | {"on_hand": on_hand}))
    assert not Product.objects.exists()


def test_the_page_of_a_product_changes_no_stock_that_there_is(boss):
    variant = rows.variants(1)[0]
    page = boss.get(f"{PRODUCTS}{variant.product_id}/change/").content.decode()
    assert '<input type="number" name="variants-0-on_hand" value="10"' in page
    row = existing(variant, "1") | {"on_hand": "99"}
    boss.post(
        f"{PRODUCTS}{variant.product_id}/change/",
        product_form(row, initial=1, slug=variant.product.slug, status="draft"),
    )
    stock = Stock.objects.get()
    assert (stock.on_hand, Product.objects.get().title) == (10, "Kettle")
    assert Product.objects.get().product_status == "published"


@pytest.mark.parametrize("name", ["product", "variant"])
def test_products_and_variants_are_listed_by_status(boss, name):
    shown, hidden = rows.variants(2)
    act(boss, "unpublish", hidden.product, confirmed="yes")
    for status, found in (("published", [shown]), ("draft", [hidden]), ("archived", [])):
        page = boss.get(f"/admin/catalog/{name}/", {"status": status}).content.decode()
        assert [row for row in (shown, hidden) if row.sku in page] == found
    page = boss.get(
        f"/admin/catalog/{name}/{hidden.product_id if name == 'product' else hidden.pk}/change/"
    )
    assert "Draft" in page.content.decode()
    assert boss.get(f"/admin/catalog/{name}/", {"status": "zz"}).status_code == 200


def test_what_is_written_in_the_admin_is_found_by_search(boss):
    boss.post(
        reverse("admin:catalog_product_add"),
        product_form(new_variant("K-1", "1") | {"options": "Color: Cerulean"}),
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

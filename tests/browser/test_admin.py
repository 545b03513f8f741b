from __future__ import annotations

import pytest
from django.contrib import admin
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.domain import Role
from catalog.models import Price, Product
from inventory.models import Movement, Stock
from tests.browser.conftest import PASSWORD
from tests.integration.admin import rows

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture
def shop(transactional_db):
    """Three of everything."""
    rows.shop(3)


def test_staff_log_in_with_their_address_and_see_the_day(
    page: Page, live_server, shop, complaints, screenshots
):
    rows.person("boss@example.com", Role.ADMIN, password=PASSWORD)
    Stock.objects.update(on_hand=3)
    page.goto(f"{live_server.url}/admin/")
    page.screenshot(path=screenshots / "login.png")
    page.get_by_label("Email").fill("Boss@Example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("img", name="Sales in GBP by day")).to_be_visible()
    for title in ("Latest orders", "Low stock", "Failed jobs"):
        expect(page.get_by_role("region", name=title).get_by_role("row").nth(1)).to_be_visible()
    page.screenshot(path=screenshots / "today.png", full_page=True)
    assert complaints == []


def test_a_wrong_password_is_told_so(page: Page, live_server, shop, screenshots):
    page.goto(f"{live_server.url}/admin/")
    page.get_by_label("Email").fill("boss@example.com")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("Please enter the correct email and password")).to_be_visible()
    page.screenshot(path=screenshots / "login_refused.png")


def test_every_list_can_be_searched(page: Page, live_server, shop, boss, complaints):
    for model in admin.site._registry:
        options = model._meta
        page.goto(
            live_server.url + reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
        )
        page.locator("#searchbar").fill("nothing-is-called-that")
        page.locator("#searchbar").press("Enter")
        page.wait_for_url("**q=nothing-is-called-that**")
        expect(page.locator("#result_list tbody tr")).to_have_count(0)
    assert complaints == []


def test_orders_are_filtered_by_state_and_days(
    page: Page, live_server, shop, boss, complaints, screenshots
):
    page.goto(live_server.url + reverse("admin:orders_order_changelist"))
    page.locator("a", has_text="Filters").click()
    page.wait_for_timeout(500)
    page.screenshot(path=screenshots / "orders_filters.png")
    page.locator("select[name=status__exact]").select_option("canceled", force=True)
    page.get_by_role("button", name="Apply filters").click()
    page.wait_for_url("**status__exact=canceled**")
    expect(page.locator("#result_list tbody tr")).to_have_count(0)
    assert complaints == []


def test_the_price_of_a_variant_is_changed_in_pounds(
    page: Page, live_server, shop, boss, complaints
):
    product = Product.objects.order_by("pk").first()
    page.goto(live_server.url + reverse("admin:catalog_product_change", args=[product.pk]))
    price = page.locator("input[name=variants-0-price]")
    expect(price).to_have_value("19.99")
    price.fill("24.5")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    assert Price.objects.get(variant__product=product).amount == 2450
    assert complaints == []


def test_too_many_decimals_are_pointed_at(page: Page, live_server, shop, boss, screenshots):
    product = Product.objects.order_by("pk").first()
    page.goto(live_server.url + reverse("admin:catalog_product_change", args=[product.pk]))
    page.locator("input[name=variants-0-price]").fill("24.555")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("GBP amounts have at most 2 decimal places.").first).to_be_visible()
    page.screenshot(path=screenshots / "price_refused.png", full_page=True)


def test_a_category_is_chosen_by_typing(
    page: Page, live_server, shop, boss, complaints, screenshots
):
    page.goto(live_server.url + reverse("admin:catalog_product_add"))
    page.locator("input[name=title]").press_sequentially("Copper Kettle")
    expect(page.locator("input[name=slug]")).to_have_value("copper-kettle")
    page.locator(".select2-selection").click()
    page.locator(".select2-search__field").fill("Branch 1")
    page.locator(".select2-results__option", has_text="Branch 1").click()
    page.get_by_text("Add another Variant").click()
    page.locator("input[name=variants-0-sku]").fill("KETTLE")
    page.locator("input[name=variants-0-price]").fill("30")
    page.screenshot(path=screenshots / "product_add.png", full_page=True)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    product = Product.objects.get(slug="copper-kettle")
    assert product.category.title == "Branch 1"
    assert product.variants.get().prices.get().amount == 3000
    assert complaints == []


def test_stock_is_adjusted_in_a_dialog(
    page: Page, live_server, shop, boss, complaints, screenshots
):
    stock = Stock.objects.select_related("variant").order_by("pk").first()
    page.goto(live_server.url + reverse("admin:inventory_stock_change", args=[stock.pk]))
    page.locator("a", has_text="Adjust").click()
    page.locator("input[name=delta]").fill("0")
    page.locator("input[name=reason]").fill("Counted again")
    page.get_by_role("button", name="Adjust").click()
    expect(page.get_by_text("Enter a number other than 0.")).to_be_visible()
    page.screenshot(path=screenshots / "stock_adjust.png")
    page.locator("input[name=delta]").fill("5")
    page.get_by_role("button", name="Adjust").click()
    expect(page.get_by_text("Stock adjusted.")).to_be_visible()
    page.screenshot(path=screenshots / "stock_adjusted.png", full_page=True)
    assert Movement.objects.get(kind="adjustment").delta == 5
    assert complaints == []


def test_a_failed_job_is_run_again_from_its_page(page: Page, live_server, shop, boss, complaints):
    number = rows.job()
    page.goto(
        live_server.url + reverse("admin:procrastinate_procrastinatejob_change", args=[number])
    )
    page.locator("a", has_text="Retry").click()
    page.get_by_role("button", name="Retry").click()
    expect(page.get_by_text("1 background job queued again.")).to_be_visible()
    assert complaints == []


def test_an_order_of_592_lines_is_shown_a_page_at_a_time(
    page: Page, live_server, boss, complaints, screenshots
):
    order = rows.order(rows.variants(592))
    page.goto(live_server.url + reverse("admin:orders_order_change", args=[order.pk]))
    expect(page.get_by_text("SKU-99", exact=True)).to_be_visible()
    expect(page.get_by_text("SKU-100", exact=True)).to_have_count(0)
    page.locator("#lines-group").screenshot(path=screenshots / "order_592.png")
    page.goto(f"{page.url}?lines-page=6")
    expect(page.get_by_text("SKU-591", exact=True)).to_be_visible()
    assert complaints == []


def test_the_admin_fits_a_phone(page: Page, live_server, shop, boss, complaints, screenshots):
    page.set_viewport_size({"width": 390, "height": 844})
    for name in ("index", "orders_order_changelist"):
        page.goto(live_server.url + reverse(f"admin:{name}"))
        page.screenshot(path=screenshots / f"phone_{name}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert complaints == []

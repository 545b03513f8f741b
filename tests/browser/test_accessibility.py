"""Every page of the admin opens without an error, and nothing on it keeps people from using it."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import RequestFactory
from django.urls import reverse
from playwright.sync_api import Page, expect

from catalog.models import Category
from inventory.models import Stock
from tests.browser.accessibility import SIZES, faults
from tests.integration.admin import rows

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.fixture
def shop(transactional_db):
    """Three of everything."""
    rows.shop(3)


def url_of(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def test_every_list_can_be_used(page: Page, live_server, shop, boss, complaints, screenshots):
    found = []
    for model in MODELS:
        page.goto(live_server.url + url_of(model, "changelist"))
        expect(page.locator("#result_list tbody tr").first).to_be_visible()
        page.screenshot(path=screenshots / f"{model._meta.label}_list.png")
        found += faults(page, *SIZES)
    assert found == []
    assert complaints == []


def test_every_page_can_be_used(page: Page, live_server, shop, boss, complaints, screenshots):
    found = []
    for model in MODELS:
        newest = model._default_manager.order_by("-pk").first()
        page.goto(live_server.url + url_of(model, "change", newest.pk))
        expect(page.locator("#content")).to_be_visible()
        page.screenshot(path=screenshots / f"{model._meta.label}_page.png", full_page=True)
        found += faults(page, *SIZES)
    assert found == []
    assert complaints == []


def test_every_empty_form_and_question_can_be_used(page: Page, live_server, shop, boss, complaints):
    request = RequestFactory().get("/")
    request.user = boss
    pages = [
        url_of(model, "add")
        for model in MODELS
        if admin.site.get_model_admin(model).has_add_permission(request)
    ]
    category = Category.objects.order_by("pk").last()
    pages += [url_of(Category, page, category.pk) for page in ("delete", "history")]
    pages += [reverse(f"admin:{name}") for name in ("password_change", "mfa")]
    pages += [reverse("try_a_basket"), reverse("admin:app_list", args=["orders"])]
    found = []
    for path in pages:
        page.goto(live_server.url + path)
        found += faults(page, *SIZES)
    assert found == []
    assert complaints == []


def test_the_log_in_form_and_what_it_says_can_be_used(page: Page, live_server, shop):
    page.goto(f"{live_server.url}/admin/")
    found = faults(page, *SIZES)
    page.get_by_label("Email").fill("boss@example.com")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert found + faults(page, *SIZES) == []


def test_refusals_can_be_used(page: Page, live_server, shop, boss):
    found = []
    for path in ("/admin/nothing/here/", url_of(Stock, "add")):
        page.goto(live_server.url + path)
        expect(page.get_by_role("link", name="Home")).to_be_visible()
        found += faults(page, *SIZES)
    assert found == []


def test_what_opens_over_a_page_can_be_used(page: Page, live_server, shop, boss, complaints):
    orders = live_server.url + reverse("admin:orders_order_changelist")
    page.goto(orders)
    page.get_by_role("button", name="Filters").click()
    expect(page.get_by_role("dialog", name="Filters")).to_be_visible()
    found = faults(page, *SIZES)
    page.goto(orders)
    page.keyboard.press("Control+k")
    page.locator("#search-input-command").press_sequentially("SKU-0")
    expect(page.locator("#command-results a").first).to_be_visible()
    found += faults(page, *SIZES)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(orders)
    page.get_by_role("button", name="admin@example.com").click()
    expect(page.get_by_role("link", name="Change password")).to_be_visible()
    found += faults(page, "desk")
    assert found == []
    assert complaints == []


def test_on_a_phone_the_menu_and_the_actions_are_behind_buttons(
    page: Page, live_server, shop, boss, complaints
):
    stock = Stock.objects.first()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(live_server.url + url_of(Stock, "change", stock.pk))
    page.get_by_role("link", name="More actions").click()
    found = faults(page, "phone")
    page.get_by_role("link", name="Adjust").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    found += faults(page, "phone")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Menu").press("Enter")
    expect(page.get_by_role("navigation", name="Menu")).to_be_visible()
    found += faults(page, "phone")
    page.get_by_role("button", name="Close").press(" ")
    expect(page.get_by_role("navigation", name="Menu")).to_be_hidden()
    assert found == []
    assert complaints == []

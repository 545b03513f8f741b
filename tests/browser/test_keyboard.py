"""The admin from the keyboard: past the menu, into a dialog, and back to where one was."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.integration.admin import rows

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_the_first_tab_offers_the_way_past_the_menu(page: Page, live_server, boss, complaints):
    page.goto(live_server.url + reverse("admin:orders_order_changelist"))
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    assert complaints == []


def test_a_dialog_takes_the_focus_keeps_it_and_gives_it_back(
    page: Page, live_server, boss, complaints
):
    stock = rows.variants(1)[0].stock
    page.goto(live_server.url + reverse("admin:inventory_stock_change", args=[stock.pk]))
    opener = page.locator("a", has_text="Adjust")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.locator("input[name=delta]")).to_be_focused()
    for _ in range(8):
        page.keyboard.press("Tab")
        assert page.evaluate("!!document.activeElement.closest('#modal-content')")
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    assert complaints == []


def test_the_filters_open_from_the_keyboard_and_give_the_focus_back(
    page: Page, live_server, boss, complaints
):
    rows.variants(1)
    page.goto(live_server.url + reverse("admin:inventory_stock_changelist"))
    opener = page.get_by_role("button", name="Filters")
    opener.press("Enter")
    filters = page.get_by_role("dialog", name="Filters")
    expect(filters.locator(":focus")).to_have_count(1)
    for _ in range(15):
        page.keyboard.press("Tab")
        assert page.evaluate("!!document.activeElement.closest('#changelist-filter')")
    page.keyboard.press("Escape")
    expect(filters).to_be_hidden()
    expect(opener).to_be_focused()
    assert complaints == []


def test_the_log_in_form_has_the_focus(page: Page, live_server, transactional_db, complaints):
    page.goto(f"{live_server.url}/admin/")
    expect(page.get_by_label("Email")).to_be_focused()
    assert complaints == []


def test_the_search_opens_by_its_button_says_what_it_finds_and_leads_there(
    page: Page, live_server, boss, complaints
):
    variant = rows.variants(1)[0]
    page.goto(f"{live_server.url}/admin/")
    page.get_by_role("button", name="Search", exact=False).first.focus()
    page.keyboard.press("Enter")
    box = page.get_by_role("searchbox", name="Search orders, variants, products and people")
    expect(box).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("sku-0")
    expect(page.get_by_text(f"Variant of {variant.product.title}")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/admin/catalog/variant/{variant.pk}/change/")
    assert complaints == []


def test_a_code_is_written_along_with_the_title(page: Page, live_server, boss, complaints):
    page.goto(live_server.url + reverse("admin:checkout_shippingmethod_add"))
    page.locator("input[name=title]").press_sequentially("By bicycle")
    expect(page.locator("input[name=code]")).to_have_value("by-bicycle")
    assert complaints == []

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.shop import stock_variants

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def basket_of(page: Page) -> Locator:
    return page.get_by_role("region", name="Basket")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_managers_see_what_a_basket_costs_by_keyboard_alone(
    page: Page, live_server, boss, complaints, screenshots, theme
):
    stock_variants(2)
    page.emulate_media(color_scheme=theme)
    page.goto(f"{live_server.url}/admin/")
    page.get_by_role("link", name="Try it on a basket").click()
    basket_of(page).get_by_label("Items").focus()
    page.keyboard.type("SKU-0 2")
    page.keyboard.press("Enter")
    page.keyboard.type("SKU-1")
    for label in ("Currency", "Country", "Codes", "Customer groups", "First order", "Moment (UTC)"):
        expect(basket_of(page).get_by_label(label)).to_be_visible()
    basket_of(page).get_by_label("Shipping").focus()
    page.keyboard.type("3.95")
    page.keyboard.press("Enter")

    ledger = page.get_by_role("region", name="Ledger")
    expect(ledger.get_by_role("row")).to_have_count(4)
    expect(page.get_by_role("region", name="Totals")).to_contain_text("£33.96")
    page.screenshot(path=screenshots / f"try_a_basket_{theme}.png", full_page=True)
    assert complaints == []


def test_a_refusal_stands_beside_its_field(page: Page, live_server, boss, complaints, screenshots):
    page.goto(f"{live_server.url}/admin/try-it/")
    basket_of(page).get_by_label("Items").fill("NONE 2")
    page.get_by_role("button", name="Show the price").click()
    expect(page.get_by_text("These SKUs are not for sale: NONE.").first).to_be_visible()
    page.screenshot(path=screenshots / "try_a_basket_refused.png", full_page=True)
    assert complaints == []


def test_the_page_fits_a_phone(page: Page, live_server, boss, complaints, screenshots):
    stock_variants(1)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/admin/try-it/")
    basket_of(page).get_by_label("Items").fill("SKU-0 2")
    page.get_by_role("button", name="Show the price").click()
    expect(page.get_by_role("region", name="Ledger")).to_be_visible()
    page.screenshot(path=screenshots / "try_a_basket_phone.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert complaints == []

"""Draft orders in a browser, as someone makes one on the phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from orders.models import Order
from tests.shop import offer_shipping, stock_variants

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.mark.parametrize("width", [1440, 390])
def test_an_order_is_made_while_its_buyer_calls(
    page: Page, live_server, boss, complaints, screenshots, width
):
    stock_variants(2)
    offer_shipping()
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{live_server.url}/admin/checkout/draftorder/add/")
    page.get_by_label("Find by SKU or title").fill("no. 1")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("button", name="Add SKU-1").click()
    expect(page.get_by_label("Items")).to_have_value("SKU-1 1")
    for label, value in (
        ("Email", "ada@example.com"), ("First name", "Ada"), ("Last name", "Lovelace"),
        ("Address line 1", "12 St James's Square"), ("City", "London"),
        ("Postal code", "SW1Y 4LB"),
    ):  # fmt: skip
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("Country", exact=True).select_option("GB")
    page.get_by_role("button", name="Save and show the totals").click()
    expect(page.get_by_text("Choose one of the shipping methods.")).to_be_visible()
    page.get_by_label("Shipping method").select_option("standard")
    page.get_by_role("button", name="Place the order on invoice").click()
    expect(page.get_by_text("Your changes were saved, and nothing else was done.")).to_be_visible()
    page.screenshot(path=screenshots / f"draft_order_{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Place the order on invoice").click()
    expect(page.get_by_text("The order was placed.")).to_be_visible()
    assert Order.objects.get().total == 1_001 + 395
    assert complaints == []

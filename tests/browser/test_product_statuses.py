from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from catalog.models import Product
from tests.integration.admin import rows

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.mark.parametrize("width", [1440, 390])
def test_a_product_is_unpublished_after_a_question_and_published_again(
    page: Page, live_server, boss, complaints, screenshots, width
):
    product = rows.variants(1)[0].product
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(live_server.url + reverse("admin:catalog_product_changelist"))
    page.screenshot(path=screenshots / f"products_{width}.png", full_page=True)
    product_page = live_server.url + reverse("admin:catalog_product_change", args=[product.pk])
    for step, told in (("Unpublish", "Draft"), ("Publish", "Published")):
        page.goto(product_page)
        page.screenshot(path=screenshots / f"product_{told}_{width}.png", full_page=True)
        if width < 1000:
            page.locator("header a", has_text="more_horiz").click()
        page.get_by_role("link", name=step, exact=True).click()
        expect(page.get_by_text(f"{step} “{product.title}”?")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.screenshot(path=screenshots / f"question_{told}_{width}.png", full_page=True)
        page.get_by_role("button", name=step, exact=True).click()
        expect(page.get_by_text(f"1 product {step.lower()}ed.")).to_be_visible()
        assert Product.objects.get().product_status == told.lower()
    assert complaints == []

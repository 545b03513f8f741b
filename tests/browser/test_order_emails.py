"""A manager looks at what a buyer is written, in another language; large and small."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.domain import Role
from orders.models import Order

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_an_email_is_shown_as_the_buyer_sees_it(
    page: Page,
    live_server,
    order: Order,
    log_in: Callable[[Role], None],
    look: Callable[[str], None],
    complaints: list[str],
) -> None:
    log_in(Role.MANAGER)
    page.goto(live_server.url + reverse("admin:orders_order_change", args=[order.pk]))
    page.get_by_role("link", name="Preview the e-mails").click()
    page.get_by_label("Language").select_option("de")
    page.get_by_role("button", name="Show").click()

    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("Guten Tag Ada,")).to_be_visible()
    expect(frame.get_by_role("link", name="Bestellung ansehen")).to_have_css(
        "background-color", "rgb(28, 25, 23)"
    )
    look("email_preview")
    assert complaints == []

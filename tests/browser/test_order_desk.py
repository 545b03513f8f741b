"""A day at the desk: find an order, send half, refund an item, print the slip; large and small."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect
from rest_framework.test import APIClient

from accounts.domain import Role
from core.caller import Caller
from orders.models import Fulfillment, Order
from orders.services import fulfill_order, request_return
from payments.models import Operation
from tests.integration.admin.rows import person
from tests.shop import new_order, offer_shipping, paid_order, stock_of, stock_variants

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SIZES = {"desk": (1440, 900), "phone": (390, 844)}


@pytest.fixture
def order(transactional_db: None) -> Order:
    """Two units each of two variants, paid by a provider; and another order."""
    offer_shipping()
    stock_variants(2)
    guest, other = APIClient(), APIClient()
    guest.default_format = other.default_format = "json"
    new_order(other, ["SKU-0"])
    return Order.objects.get(number=paid_order(guest))


@pytest.fixture
def log_in(browser: BrowserContext, live_server) -> Callable[[Role], None]:
    """Logs the browser in as someone with that role alone."""

    def as_role(role: Role) -> None:
        client = Client()
        client.force_login(person(f"{role}@example.com", role))
        browser.clear_cookies()
        cookie = client.cookies["sessionid"].value
        browser.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])

    return as_role


@pytest.fixture(params=SIZES)
def look(request, page: Page, screenshots) -> Callable[[str], None]:
    """Looks at a page: it fits, has one main part and names its fields; and keeps a picture."""
    width, height = SIZES[request.param]
    page.set_viewport_size({"width": width, "height": height})

    def at(name: str) -> None:
        page.screenshot(path=screenshots / f"{request.param}_{name}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.get_by_role("main").count() == 1
        nameless = page.evaluate(
            "[...document.querySelectorAll('main :is(input, select, textarea):not([type=hidden])')]"
            ".filter(field => field.checkVisibility() && !field.labels.length && !field.ariaLabel)"
            ".map(field => field.name)"
        )
        assert nameless == []

    return at


def test_an_order_is_found_half_sent_and_its_slip_printed(
    page: Page, live_server, order: Order, log_in, look, complaints
):
    log_in(Role.FULFILLMENT)
    page.goto(live_server.url + reverse("admin:orders_order_changelist"))
    page.locator("#searchbar").fill(order.number.lower())
    page.locator("#searchbar").press("Enter")
    page.get_by_role("link", name=order.number).first.click()
    expect(page.get_by_role("heading", name="Lines")).to_be_visible()
    look("order")

    page.get_by_role("link", name="Fulfill", exact=True).click()
    page.get_by_label("SKU-0").fill("1")
    page.get_by_label("SKU-1").fill("0")
    page.get_by_label("Carrier").fill("Royal Mail")
    page.get_by_label("Tracking number").fill("JD0002251234567890")
    look("fulfill")
    page.get_by_role("button", name="Fulfill").click()
    expect(page.get_by_text("The fulfillment was recorded.")).to_be_visible()
    expect(page.get_by_text("Partially fulfilled").first).to_be_visible()
    look("half_sent")

    page.get_by_role("link", name="Print its slip").click()
    expect(page.get_by_role("heading", name="Packing slip")).to_be_visible()
    expect(page.get_by_role("cell", name="SKU-0")).to_be_visible()
    look("slip")
    assert [item.quantity for item in Fulfillment.objects.get().items.all()] == [1]
    assert complaints == []


def test_one_item_is_refunded_after_its_amount_was_shown(
    page: Page, live_server, order: Order, log_in, look, complaints
):
    log_in(Role.SUPPORT)
    page.goto(live_server.url + reverse("admin:orders_order_change", args=[order.pk]))
    page.get_by_role("link", name="Refund", exact=True).click()
    page.get_by_label("SKU-1").fill("1")
    page.get_by_label("Put the units back into stock").check()
    page.get_by_label("Reason").fill("Arrived broken.")
    look("refund")
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_text("This refunds £10.01 by test.")).to_be_visible()
    look("refund_review")
    assert not Operation.objects.exists()
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("The refund was requested.")).to_be_visible()
    expect(page.get_by_text("Partially refunded: £10.01 in all")).to_be_visible()
    assert stock_of("SKU-1") == (99, 0)
    assert complaints == []


def test_a_manager_cancels_from_the_keyboard(
    page: Page, live_server, order: Order, log_in, look, complaints
):
    log_in(Role.MANAGER)
    page.goto(live_server.url + reverse("admin:orders_order_change", args=[order.pk]))
    page.get_by_role("link", name="Cancel the order").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("This puts 4 units back into stock and refunds £43.97")).to_be_visible()
    look("cancel")
    page.get_by_label("Reason").focus()
    page.keyboard.type("Ordered by mistake.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The order was canceled.")).to_be_visible()
    assert Order.objects.get(pk=order.pk).status == "canceled"
    assert complaints == []


def test_many_orders_are_sent_from_the_list(
    page: Page, live_server, order: Order, log_in, look, complaints
):
    log_in(Role.FULFILLMENT)
    page.goto(live_server.url + reverse("admin:orders_order_changelist"))
    for box in page.locator("input[name=_selected_action]").all():
        box.check(force=True)
    page.locator("select[name=action]").select_option("fulfill_selected", force=True)
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_text("all units left of 2 orders")).to_be_visible()
    look("fulfill_many")
    page.get_by_role("button", name="Fulfill 2 orders").click()
    expect(page.get_by_text("2 orders were fulfilled.")).to_be_visible()
    assert Fulfillment.objects.count() == 2
    assert complaints == []


def test_a_return_is_found_approved_received_and_refunded(
    page: Page, live_server, order: Order, log_in, look, complaints
):
    staff = Caller(roles=frozenset({Role.ADMIN}))
    of_order = {"caller": staff, "number": order.number, "now": timezone.now()}
    fulfill_order(**of_order)
    request_return(**of_order, items={"SKU-0": 1}, reason="Too small.")
    log_in(Role.SUPPORT)

    page.goto(live_server.url + reverse("admin:index"))
    expect(page.get_by_text("Returns to decide")).to_be_visible()
    look("start_with_returns")
    page.goto(live_server.url + reverse("admin:orders_order_changelist") + "?to_do=returns")
    page.get_by_role("link", name=order.number).first.click()
    expect(page.get_by_role("heading", name="Returns")).to_be_visible()
    look("order_with_a_return")

    page.get_by_role("link", name="Approve").click()
    look("approve")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("The return was approved.")).to_be_visible()

    page.get_by_role("link", name="Receive").click()
    page.get_by_label("Put the units back into stock").check()
    look("receive")
    page.get_by_role("button", name="Receive").click()
    expect(page.get_by_text("The return was received.")).to_be_visible()
    assert stock_of("SKU-0")[0] == 98

    returns = page.locator("section", has=page.get_by_role("heading", name="Returns"))
    returns.get_by_role("link", name="Refund").click()
    expect(page.get_by_text("This refunds £10.00 by test.")).to_be_visible()
    look("refund_of_a_return")
    page.get_by_role("button", name="Refund").click()
    expect(page.get_by_text("The refund was requested.")).to_be_visible()
    look("order_after_a_return")
    assert [refund.amount for refund in Operation.objects.filter(kind="refund")] == [1_000]
    assert complaints == []

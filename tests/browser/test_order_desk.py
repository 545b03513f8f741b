"""At the desk: cancel an order, send many, take a return; large and small."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.domain import Role
from core.caller import Caller
from orders.models import Fulfillment, Order
from orders.services import fulfill_order, request_return
from payments.models import Operation
from tests.shop import stock_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


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

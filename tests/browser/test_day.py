"""A day in the shop as each role: what it may do is done, what it may not do is not shown."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple
from urllib.parse import urljoin

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.domain import Role
from accounts.models import StaffInvitation
from catalog.models import Product
from inventory.models import Movement
from orders.models import Fulfillment, Order
from payments.models import Operation
from tests.shop import stock_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

Look = Callable[[str], None]

STAFF = [Role.SUPPORT, Role.FULFILLMENT, Role.MANAGER, Role.ADMIN]
SENDERS = [Role.FULFILLMENT, Role.MANAGER, Role.ADMIN]
PAYERS = [Role.SUPPORT, Role.MANAGER, Role.ADMIN]
MANAGERS = [Role.MANAGER, Role.ADMIN]
# What is in the menu of some roles only.
MENU = {
    "Try it on a basket": MANAGERS,
    "Background jobs": MANAGERS,
    "Idempotency keys": MANAGERS,
    "Personal data access log": [Role.ADMIN],
}
# The buttons of an order that was paid and not sent.
BUTTONS = {
    "Fulfill": SENDERS,
    "Refund": PAYERS,
    "Edit the order": PAYERS,
    "Hold": STAFF,
    "Write a note": STAFF,
    "Resend an e-mail": PAYERS,
    "Cancel the order": PAYERS,
    "Print the packing slip": STAFF,
    "Preview the e-mails": MANAGERS,
}


def read_the_start_page(page: Page, order: Order, look: Look) -> None:
    expect(page.get_by_role("link", name="1 To fulfill")).to_be_visible()
    expect(page.get_by_role("region", name="Sales")).to_be_visible()
    latest = page.get_by_role("region", name="Latest orders")
    expect(latest.get_by_role("link", name=order.number)).to_be_visible()


def find_an_order(page: Page, order: Order, look: Look) -> None:
    page.locator("#searchbar").fill(order.number.lower())
    page.locator("#searchbar").press("Enter")
    page.get_by_role("link", name=order.number).first.click()
    expect(page.get_by_role("heading", name="Lines")).to_be_visible()
    look("order")


def fulfill_half(page: Page, order: Order, look: Look) -> None:
    page.get_by_label("SKU-0").fill("1")
    page.get_by_label("SKU-1").fill("0")
    page.get_by_label("Carrier").fill("Royal Mail")
    page.get_by_label("Tracking number").fill("JD0002251234567890")
    look("fulfill")
    page.get_by_role("button", name="Fulfill", exact=True).click()
    expect(page.get_by_text("The fulfillment was recorded.")).to_be_visible()
    expect(page.get_by_text("Partially fulfilled").first).to_be_visible()
    expect(page.get_by_role("link", name="Print its slip")).to_be_visible()
    look("half_sent")
    assert [item.quantity for item in Fulfillment.objects.get().items.all()] == [1]


def print_the_slip(page: Page, order: Order, look: Look) -> None:
    expect(page.get_by_role("heading", name="Packing slip")).to_be_visible()
    expect(page.get_by_role("cell", name="SKU-0")).to_be_visible()
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    look("slip")


def refund_one_item(page: Page, order: Order, look: Look) -> None:
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


def look_at_an_invoice(page: Page, order: Order, look: Look) -> None:
    row = page.get_by_role("row").filter(has_text=order.number).filter(has_text="INV-")
    expect(row).to_contain_text("£43.97")
    row.get_by_role("rowheader").get_by_role("link").click()
    expect(page.get_by_role("main").get_by_role("link", name=order.number)).to_be_visible()
    look("invoice")


def adjust_the_stock(page: Page, order: Order, look: Look) -> None:
    page.get_by_label("Adjust by").fill("-3")
    page.get_by_label("Reason").fill("Counted again")
    look("adjust")
    page.get_by_role("dialog").get_by_role("button", name="Adjust").click()
    expect(page.get_by_text("Stock adjusted.")).to_be_visible()
    look("stock_adjusted")
    assert Movement.objects.get(kind="adjustment").delta == -3


def publish_a_product(page: Page, order: Order, look: Look) -> None:
    back = reverse("admin:catalog_product_change", args=[Product.objects.get().pk])
    for step in ("Unpublish", "Publish"):
        look(step.lower())
        page.get_by_role("button", name=step, exact=True).click()
        expect(page.get_by_text(f"1 product {step.lower()}ed.")).to_be_visible()
        page.goto(urljoin(page.url, back))
        open_actions(page)
        if step == "Unpublish":
            page.get_by_role("link", name="Publish", exact=True).click()
    look("published_again")


def invite_a_colleague(page: Page, order: Order, look: Look) -> None:
    page.get_by_label("Email").fill("grace@example.com")
    page.get_by_label("Role").select_option("support")
    look("invite")
    page.get_by_role("dialog").get_by_role("button", name="Send invitation").click()
    expect(page.get_by_text("The invitation to grace@example.com is on its way.")).to_be_visible()
    look("invited")
    assert StaffInvitation.objects.get().role == Role.SUPPORT


class Step(NamedTuple):
    """A task of the day: where it begins, the link there that leads to it, and for whom."""

    page: str
    link: str
    do: Callable[[Page, Order, Look], None]
    roles: Collection[Role] = STAFF


def a_day(order: Order) -> list[Step]:
    """What there is to do, in this order; a new task is another row."""
    of_order = reverse("admin:orders_order_change", args=[order.pk])
    of_stock = reverse(
        "admin:inventory_stock_change", args=[order.lines.get(sku="SKU-0").variant_id]
    )
    of_product = reverse("admin:catalog_product_change", args=[Product.objects.get().pk])
    return [
        Step(reverse("admin:index"), "", read_the_start_page),
        Step(reverse("admin:orders_order_changelist"), "", find_an_order),
        Step(of_order, "Fulfill", fulfill_half, SENDERS),
        Step(of_order, "Print the packing slip", print_the_slip),
        Step(of_order, "Refund", refund_one_item, PAYERS),
        Step(reverse("admin:invoices_invoice_changelist"), "", look_at_an_invoice),
        Step(of_stock, "Adjust", adjust_the_stock, SENDERS),
        Step(of_product, "Unpublish", publish_a_product, MANAGERS),
        Step(reverse("admin:accounts_user_changelist"), "Invite", invite_a_colleague, [Role.ADMIN]),
    ]


def open_actions(page: Page) -> None:
    """On a phone, the actions of most pages are behind a button."""
    more = page.get_by_role("link", name="More actions")
    if more.is_visible():
        more.click()


@pytest.mark.parametrize("role", STAFF)
def test_what_a_role_may_do_is_done_and_the_rest_is_not_shown(
    page: Page, live_server, order: Order, log_in, look: Look, complaints, role: Role
):
    log_in(role)
    for step in a_day(order):
        page.goto(live_server.url + step.page)
        look(f"{role}{step.page.replace('/', '_')}")
        open_actions(page)
        link = page.get_by_role("link", name=step.link, exact=True)
        if role not in step.roles:
            expect(link).to_have_count(0)
            continue
        if step.link:
            link.click()
        step.do(page, order, look)
    assert complaints == []


@pytest.mark.parametrize("role", STAFF)
def test_the_menu_and_the_buttons_are_those_of_the_role(
    page: Page, live_server, order: Order, log_in, role: Role
):
    log_in(role)
    page.goto(live_server.url + reverse("admin:orders_order_change", args=[order.pk]))
    buttons = page.get_by_role("region", name="Status and actions").get_by_role("link")
    assert buttons.all_inner_texts() == [name for name, roles in BUTTONS.items() if role in roles]
    menu = page.get_by_role("navigation", name="Menu")
    for name, roles in MENU.items():
        expect(menu.get_by_role("link", name=name)).to_have_count(int(role in roles))

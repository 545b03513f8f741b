"""Returns on the order page: asked for, decided, received and refunded by the staff's buttons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.domain import Role
from core.ids import uuid7
from orders.models import Order, Return
from payments.models import Operation
from tests.after_sales import act as call
from tests.integration.admin.test_order_page import act, page, units, words
from tests.shop import items, offer_shipping, paid_order, stock_of, stock_variants

pytestmark = pytest.mark.django_db
BrowserOf = Callable[..., Client]


@pytest.fixture
def sent(client: APIClient, client_of: Callable[..., APIClient]) -> Order:
    """Two units each of two variants, paid by a provider and sent."""
    offer_shipping()
    stock_variants(2)
    number = paid_order(client)
    call(client_of(Role.FULFILLMENT), number, "fulfillments")
    return Order.objects.get(number=number)


@pytest.fixture
def asked(client: APIClient, sent: Order) -> Return:
    """The buyer's wish to send one unit back."""
    body = call(client, sent.number, "returns", items=items(["SKU-0"]), reason="Too small.")
    return Return.objects.get(pk=body["id"])


def url_of(asked: Return, action: str) -> str:
    return reverse("admin:orders_order_act_on_return", args=[asked.order_id, asked.pk, action])


def do(browser: Client, asked: Return, action: str, **values: Any) -> Any:
    response = browser.get(url_of(asked, action))
    assert response.status_code == 200, response.headers
    seen = response.context["form"].initial["seen"]
    return browser.post(url_of(asked, action), {"seen": seen} | values, follow=True)


def buttons(browser: Client, order: Order) -> list[list[str]]:
    response = browser.get(reverse("admin:orders_order_change", args=[order.pk]))
    return [[button["label"] for button in each["buttons"]] for each in response.context["returns"]]


def test_a_return_is_decided_received_and_refunded_from_the_page(
    browser_of: BrowserOf, sent: Order, asked: Return
) -> None:
    support = browser_of(Role.SUPPORT)
    shown = page(support, sent)
    assert "Returns Requested Return" in shown
    assert "Too small. 1 × Thing SKU – No. 0" in shown
    assert buttons(support, sent) == [["Approve", "Reject"]]

    assert "The return was approved." in words(do(support, asked, "approve"))
    assert buttons(support, sent) == [["Reject", "Receive"]]
    assert "The return was received." in words(do(support, asked, "receive", put_back="on"))
    assert stock_of("SKU-0") == (99, 0)

    assert buttons(support, sent) == [["Refund"]]
    told = words(support.get(url_of(asked, "refund")))
    assert "This refunds £10.00 by test. It cannot be undone." in told
    assert not Operation.objects.filter(kind="refund").exists()
    assert "The refund was requested." in words(do(support, asked, "refund"))
    assert [refund.amount for refund in Operation.objects.filter(kind="refund")] == [1_000]
    assert buttons(support, sent) == [[]]


def test_support_asks_for_a_return_in_the_buyers_stead(browser_of: BrowserOf, sent: Order) -> None:
    support = browser_of(Role.SUPPORT)

    nothing = act(support, sent, "return", **units(sent, SKU_0=0, SKU_1=0))
    assert "Choose at least one unit that comes back." in words(nothing)
    done = act(support, sent, "return", **units(sent, SKU_0=2, SKU_1=0), reason="Called.")

    assert "The return was requested." in words(done)
    asked = Return.objects.get()
    assert (asked.reason, [item.quantity for item in asked.items.all()]) == ("Called.", [2])


@pytest.mark.parametrize(
    ("role", "offered", "refused"),
    [
        (Role.FULFILLMENT, [[]], ["approve", "reject", "refund"]),
        (Role.SUPPORT, [["Approve", "Reject"]], []),
        (Role.MANAGER, [["Approve", "Reject"]], []),
    ],
)
def test_the_buttons_of_a_return_are_those_of_the_role(
    browser_of: BrowserOf, sent: Order, asked: Return, role: Role, offered: Any, refused: list[str]
) -> None:
    browser = browser_of(role)
    assert buttons(browser, sent) == offered
    for action in refused:
        assert browser.get(url_of(asked, action)).status_code == 403
        assert browser.post(url_of(asked, action), {"seen": 1}).status_code == 403
    asked.refresh_from_db()
    assert asked.status == "requested"


def test_one_form_sent_twice_is_done_once(
    browser_of: BrowserOf, sent: Order, asked: Return
) -> None:
    support = browser_of(Role.SUPPORT)
    form = {"seen": support.get(url_of(asked, "approve")).context["form"].initial["seen"]}
    support.post(url_of(asked, "approve"), form)

    again = support.post(url_of(asked, "reject"), form, follow=True)

    assert "Something else happened to this order" in words(again)
    asked.refresh_from_db()
    assert asked.status == "approved"


def test_a_return_of_another_order_is_not_there(
    browser_of: BrowserOf, sent: Order, asked: Return
) -> None:
    page_of = "admin:orders_order_act_on_return"
    boss = browser_of(Role.ADMIN)
    for args in ([uuid7(), asked.pk, "approve"], [sent.pk, uuid7(), "approve"],
                 [sent.pk, asked.pk, "nonsense"]):  # fmt: skip
        assert boss.get(reverse(page_of, args=args)).status_code == 404


def test_rejecting_a_withdrawal_says_that_it_is_the_buyers_right(
    client: APIClient, browser_of: BrowserOf, sent: Order
) -> None:
    call(client, sent.number, "withdrawal", confirm=True)
    support = browser_of(Role.SUPPORT)

    assert "Approved Withdrawal" in page(support, sent)
    assert "A withdrawal is the buyer's right." in words(
        support.get(url_of(Return.objects.get(), "reject"))
    )


def test_what_is_to_decide_is_counted_and_listed(boss: Client, sent: Order, asked: Return) -> None:
    home = boss.get("/admin/")
    (to_do,) = [each for each in home.context["to_do"] if each.title == "Returns to decide"]
    assert to_do.count == 1
    listed = boss.get(to_do.url)
    assert [order.pk for order in listed.context["cl"].result_list] == [sent.pk]

    do(boss, asked, "reject")

    assert boss.get(to_do.url).context["cl"].result_count == 0


def test_of_a_completed_order_nothing_is_sent_but_all_can_come_back(
    client_of: Callable[..., APIClient], browser_of: BrowserOf, sent: Order
) -> None:
    packer = client_of(Role.FULFILLMENT)
    path = f"fulfillments/{sent.fulfillments.get().pk}/deliver"
    assert call(packer, sent.number, path)["status"] == "completed"

    response = browser_of(Role.MANAGER).get(reverse("admin:orders_order_change", args=[sent.pk]))

    labels = {button["label"] for button in response.context["buttons"]}
    assert labels == {"Request a return", "Refund", "Write a note", "Resend an e-mail"}
    assert "Order: Completed" in words(response)

"""The order page: what it shows, what each role may do on it, and that nothing is done twice."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.domain import Role
from core.ids import uuid7
from orders.models import Fulfillment, Order, OrderLine
from payments.models import Operation
from staff.models import PersonalDataAccess
from tests.shop import new_order, offer_shipping, paid_order, stock_of, stock_variants

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop(db: None) -> None:
    offer_shipping()
    stock_variants(2)


@pytest.fixture
def paid(client: APIClient) -> Order:
    """Two units each of two variants, paid by a provider."""
    return Order.objects.get(number=paid_order(client))


@pytest.fixture
def unpaid(client: APIClient) -> Order:
    """Two units of one variant, to be paid by invoice."""
    return Order.objects.get(number=new_order(client, ["SKU-0"], 2)["number"])


@pytest.fixture
def held() -> Order:
    """One unit, of a guest."""
    guest = APIClient()
    guest.default_format = "json"
    return Order.objects.get(number=new_order(guest, ["SKU-0"])["number"])


def page(browser: Client, order: Order) -> str:
    response = browser.get(reverse("admin:orders_order_change", args=[order.pk]))
    assert response.status_code == 200
    return words(response)


def words(response: Any) -> str:
    text = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def url_of(order: Order, action: str) -> str:
    return reverse("admin:orders_order_act", args=[order.pk, action])


def opened(browser: Client, order: Order, action: str) -> dict[str, Any]:
    """The fields of the form as a browser would send them back."""
    response = browser.get(url_of(order, action))
    assert response.status_code == 200, response.headers
    form = response.context["form"]
    return {
        name: form.get_initial_for_field(field, name) or "" for name, field in form.fields.items()
    }


def act(browser: Client, order: Order, action: str, **values: Any) -> Any:
    fields = opened(browser, order, action)
    return browser.post(url_of(order, action), fields | values, follow=True)


def units(order: Order, **by_sku: int) -> dict[str, int]:
    """`SKU_0=1` as the field of that line."""
    lines = {line.sku.replace("-", "_"): line.pk for line in OrderLine.objects.filter(order=order)}
    return {f"units-{lines[sku]}": count for sku, count in by_sku.items()}


def test_the_page_shows_lines_units_and_money_in_words(browser_of, paid):
    shown = page(browser_of(Role.SUPPORT), paid)
    for text in ("Payment: Paid", "Fulfillment: Unfulfilled", "SKU-0", "£10.00", "£43.97",
                 "Refundable £43.97", "To capture £0.00", "Ada Lovelace",
                 "Order placed for £43.97"):  # fmt: skip
        assert text in shown, text
    assert "order.placed" not in shown
    assert "change history" not in shown


SUPPORTING = {
    "Refund", "Edit the order", "Hold", "Write a note", "Resend an e-mail", "Cancel the order",
}  # fmt: skip


@pytest.mark.parametrize(
    ("role", "buttons"),
    [
        (Role.SUPPORT, SUPPORTING),
        (Role.FULFILLMENT, {"Fulfill", "Hold", "Write a note"}),
        (Role.MANAGER, {*SUPPORTING, "Fulfill"}),
    ],
)
def test_the_buttons_are_those_that_role_and_state_allow(browser_of, paid, role, buttons):
    browser = browser_of(role)
    response = browser.get(reverse("admin:orders_order_change", args=[paid.pk]))
    assert {button["label"] for button in response.context["buttons"]} == buttons


@pytest.mark.parametrize(
    ("role", "action"),
    [
        (Role.FULFILLMENT, "refund"),
        (Role.FULFILLMENT, "capture"),
        (Role.FULFILLMENT, "cancel"),
        (Role.SUPPORT, "fulfill"),
    ],
)
def test_what_a_role_may_not_is_refused_even_when_forged(browser_of, paid, role, action):
    browser = browser_of(role)
    assert browser.get(url_of(paid, action)).status_code == 403
    assert browser.post(url_of(paid, action), {"seen": 1, "confirmed": "yes"}).status_code == 403
    assert not Operation.objects.exists()
    assert Order.objects.get(pk=paid.pk).status == "open"


def test_an_order_is_fulfilled_in_part_with_its_tracking(browser_of, paid):
    response = act(
        browser_of(Role.FULFILLMENT),
        paid,
        "fulfill",
        **units(paid, SKU_0=1, SKU_1=0),
        carrier="Royal Mail",
        tracking_number="JD1",
    )
    assert "The fulfillment was recorded." in words(response)
    assert "Sent 1 × Thing SKU – No. 0 with Royal Mail JD1" in words(response)
    assert "Partially fulfilled" in words(response)
    sent = Fulfillment.objects.get()
    assert [item.quantity for item in sent.items.all()] == [1]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"SKU_0": 3}, "less than or equal to 2"),
        ({"SKU_0": -1}, "greater than or equal to 0"),
        ({"SKU_0": 0, "SKU_1": 0}, "Choose at least one unit to send."),
        ({"SKU_0": "two"}, "Enter a whole number."),
        ({"SKU_0": 10**30}, "less than or equal to 2"),
    ],
)
def test_a_fulfillment_that_cannot_be_is_explained_on_the_form(browser_of, paid, values, sentence):
    browser = browser_of(Role.FULFILLMENT)
    fields = opened(browser, paid, "fulfill") | units(paid, **values)
    response = browser.post(url_of(paid, "fulfill"), fields)
    assert response.status_code == 200
    assert sentence in words(response)
    assert not Fulfillment.objects.exists()


def test_a_tracking_number_of_ten_thousand_characters_is_refused(browser_of, paid):
    browser = browser_of(Role.FULFILLMENT)
    fields = opened(browser, paid, "fulfill") | {"tracking_number": "1" * 10_000}
    response = browser.post(url_of(paid, "fulfill"), fields)
    assert "at most 100 characters" in words(response)
    assert not Fulfillment.objects.exists()


def test_a_refund_shows_what_it_comes_to_before_it_is_made(browser_of, paid):
    browser = browser_of(Role.SUPPORT)
    fields = opened(browser, paid, "refund") | units(paid, SKU_1=1)
    fields |= {"restock_items": "on", "reason": "Broken."}

    asked = browser.post(url_of(paid, "refund"), fields)
    assert "This refunds £10.01 by test." in words(asked)
    assert "puts 1 unit back into stock" in words(asked)
    assert not Operation.objects.exists()
    assert stock_of("SKU-1") == (98, 0)

    done = browser.post(url_of(paid, "refund"), fields | {"confirmed": "yes"}, follow=True)
    assert "The refund was requested." in words(done)
    assert Operation.objects.get().amount == 1001
    assert stock_of("SKU-1") == (99, 0)


def test_a_form_sent_twice_or_from_a_second_tab_does_nothing_twice(browser_of, paid):
    browser = browser_of(Role.SUPPORT)
    fields = opened(browser, paid, "refund") | {"amount": "5.00", "confirmed": "yes"}
    second_tab = browser_of(Role.MANAGER)

    browser.post(url_of(paid, "refund"), fields)
    again = browser.post(url_of(paid, "refund"), fields, follow=True)
    other = second_tab.post(url_of(paid, "refund"), fields, follow=True)

    for response in (again, other):
        assert "nothing was done" in words(response)
    assert [operation.amount for operation in Operation.objects.all()] == [500]


@pytest.mark.parametrize("action", ["fulfill", "hold", "note"])
def test_no_form_is_acted_on_after_the_order_has_changed(browser_of, paid, action):
    browser = browser_of(Role.FULFILLMENT)
    fields = opened(browser, paid, action) | {"note": "Seen."}
    act(browser, paid, "note", note="Something else.")
    response = browser.post(url_of(paid, action), fields, follow=True)
    assert "nothing was done" in words(response)
    order = Order.objects.get(pk=paid.pk)
    assert (order.held_at, order.fulfillment_status) == (None, "unfulfilled")


@pytest.mark.parametrize("seen", ["", "-1", "x", str(2**40)])
def test_a_form_without_the_version_it_was_made_for_is_refused(browser_of, paid, seen):
    response = browser_of(Role.SUPPORT).post(url_of(paid, "hold"), {"seen": seen})
    assert response.status_code == 200
    assert Order.objects.get(pk=paid.pk).held_at is None


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Choose units, or enter an amount."),
        ({"amount": "0"}, "Enter more than 0 and at most £43.97."),
        ({"amount": "43.98"}, "Enter more than 0 and at most £43.97."),
        ({"amount": "1.005"}, "at most 2 decimal places"),
        ({"amount": "-1"}, "greater than or equal to 0"),
        ({"amount": "ten"}, "Enter a number."),
        ({"amount": "1", "restock_items": "on"}, "Choose the units that go back into stock."),
    ],
)
def test_a_refund_that_cannot_be_is_explained_on_the_form(browser_of, paid, values, sentence):
    browser = browser_of(Role.SUPPORT)
    fields = opened(browser, paid, "refund") | values | {"confirmed": "yes"}
    response = browser.post(url_of(paid, "refund"), fields)
    assert response.status_code == 200
    assert sentence in words(response)
    assert not Operation.objects.exists()


def test_a_payment_by_invoice_is_recorded_in_parts(browser_of, unpaid):
    browser = browser_of(Role.SUPPORT)
    assert "£23.95 is due" in words(browser.get(url_of(unpaid, "capture")))
    part = act(browser, unpaid, "capture", amount="3.95")
    assert "The payment was recorded." in words(part)
    assert "Due £20.00" in words(part)
    rest = act(browser, unpaid, "capture")
    assert "Payment: Paid" in words(rest)
    assert "Record a payment" not in words(rest)


def test_canceling_says_before_what_goes_back(browser_of, paid, unpaid):
    browser = browser_of(Role.SUPPORT)
    asked = words(browser.get(url_of(paid, "cancel")))
    assert "This puts 4 units back into stock and refunds £43.97 by test." in asked
    assert Order.objects.get(pk=paid.pk).status == "open"
    asked = words(browser.get(url_of(unpaid, "cancel")))
    assert "This puts 2 units back into stock and moves no money." in asked

    done = act(browser, paid, "cancel", reason="By mistake.")
    assert "Order: Canceled" in words(done)
    assert "By mistake." in words(done)
    order = Order.objects.get(pk=paid.pk)
    assert (order.status, order.payment_status) == ("canceled", "refunded")
    assert stock_of("SKU-1") == (100, 0)


def test_an_order_on_hold_has_no_button_to_fulfill_it(browser_of, paid):
    browser = browser_of(Role.FULFILLMENT)
    held = act(browser, paid, "hold", reason="Address unclear.")
    assert "Address unclear." in words(held)
    assert "Hold: On hold" in words(held)
    labels = {button["label"] for button in held.context["buttons"]}
    assert "Fulfill" not in labels
    assert "Release from hold" in labels
    refused = browser.get(url_of(paid, "fulfill"), follow=True)
    assert "the order does not allow this now" in words(refused)
    released = act(browser, paid, "release")
    assert "Fulfill" in {button["label"] for button in released.context["buttons"]}


def test_a_fulfillment_is_delivered_or_taken_back(browser_of, paid):
    browser = browser_of(Role.FULFILLMENT)
    act(browser, paid, "fulfill", **units(paid, SKU_0=1, SKU_1=0))
    act(browser, paid, "fulfill")
    first, second = Fulfillment.objects.all()
    for sent, action in ((first, "deliver"), (second, "withdraw")):
        url = reverse("admin:orders_order_act_on_fulfillment", args=[paid.pk, sent.pk, action])
        fields = {"seen": browser.get(url).context["form"].initial["seen"]}
        assert browser.post(url, fields).status_code == 302
        browser.post(url, fields)
    assert [sent.status for sent in Fulfillment.objects.all()] == ["delivered", "canceled"]
    assert Order.objects.get(pk=paid.pk).fulfillment_status == "partially_fulfilled"


def test_unknown_orders_actions_and_fulfillments_are_not_found(browser_of, paid):
    browser = browser_of(Role.MANAGER)
    foreign = reverse("admin:orders_order_act_on_fulfillment", args=[paid.pk, uuid7(), "deliver"])
    for url in (
        url_of(paid, "explode"),
        reverse("admin:orders_order_act", args=[uuid7(), "refund"]),
        foreign,
        reverse("admin:orders_order_slips") + f"?order={uuid7()}",
        reverse("admin:orders_order_slips") + "?order=x",
        reverse("admin:orders_order_slips"),
    ):
        assert browser.get(url).status_code == 404, url


def test_a_packing_slip_tells_what_is_left_and_where_it_goes_and_no_price(browser_of, paid):
    browser = browser_of(Role.FULFILLMENT)
    act(browser, paid, "fulfill", **units(paid, SKU_0=1, SKU_1=2))
    left = words(browser.get(reverse("admin:orders_order_slips") + f"?order={paid.pk}"))
    assert paid.number in left
    assert "12 St James's Square" in left
    assert "SKU-0 Thing SKU – No. 0 1" in left
    assert "SKU-1" not in left
    assert "£" not in left
    sent = Fulfillment.objects.get()
    of_sent = words(browser.get(reverse("admin:orders_order_slips") + f"?fulfillment={sent.pk}"))
    assert "SKU-1 Thing SKU – No. 1 2" in of_sent


def test_many_orders_are_fulfilled_after_a_question_and_once(browser_of, paid, unpaid, held):
    browser = browser_of(Role.FULFILLMENT)
    act(browser, held, "hold")
    chosen = {"action": "fulfill_selected", "_selected_action": [paid.pk, unpaid.pk, held.pk]}
    url = reverse("admin:orders_order_changelist")

    asked = browser.post(url, chosen)
    assert "all units left of 2 orders were sent: 6 units in all?" in words(asked)
    assert held.number in words(asked)
    assert not Fulfillment.objects.exists()

    seen = {f"seen-{sheet.order.pk}": sheet.version for sheet in asked.context["ready"]}
    confirmed = chosen | seen | {"confirmed": "yes"}
    done = browser.post(url, confirmed, follow=True)
    assert "2 orders were fulfilled." in words(done)
    again = browser.post(url, confirmed, follow=True)
    assert "has changed meanwhile and was left alone" in words(again)
    assert Fulfillment.objects.count() == 2


def test_support_is_not_offered_to_fulfill_many(browser_of, paid):
    browser = browser_of(Role.SUPPORT)
    url = reverse("admin:orders_order_changelist")
    assert "fulfill_selected" not in browser.get(url).content.decode()
    browser.post(
        url, {"action": "fulfill_selected", "_selected_action": [paid.pk], "confirmed": "yes"}
    )
    assert not Fulfillment.objects.exists()


def test_the_slips_of_many_orders_are_printed_together(browser_of, paid, unpaid):
    response = browser_of(Role.FULFILLMENT).post(
        reverse("admin:orders_order_changelist"),
        {"action": "print_slips", "_selected_action": [paid.pk, unpaid.pk]},
        follow=True,
    )
    assert response.content.decode().count('class="slip"') == 2


def test_the_history_of_an_order_is_its_timeline(browser_of, paid):
    url = reverse("admin:orders_order_history", args=[paid.pk])
    assert browser_of(Role.SUPPORT).get(url).headers["Location"].endswith("#timeline")


def test_working_on_an_order_is_recorded_as_seeing_personal_data(browser_of, paid):
    browser = browser_of(Role.SUPPORT)
    browser.get(url_of(paid, "note"))
    browser.get(reverse("admin:orders_order_slips") + f"?order={paid.pk}")
    assert list(PersonalDataAccess.objects.order_by("id").values_list("operation", flat=True)) == [
        "admin:orders_order_act",
        "admin:orders_order_slips",
    ]

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.domain import Role
from catalog.models import Price
from checkout.models import Checkout, DraftOrder
from inventory.models import Reservation, Stock
from orders.models import Order
from tests.integration.admin.rows import person
from tests.promotions import offer
from tests.shop import offer_shipping, stock_variants

LIST = "/admin/checkout/draftorder/"
ADD = f"{LIST}add/"
BUYER = {
    "items": "SKU-0 2\r\nSKU-1", "email": "Ada@Example.com", "language": "de", "codes": "",
    "first_name": "Ada", "last_name": "Lovelace", "phone": "020 7946 0958", "company": "",
    "line1": "12 St James's Square", "line2": "", "city": "London", "region": "",
    "postal_code": "SW1Y 4LB", "country_code": "GB", "shipping_method": "", "note": "By phone.",
}  # fmt: skip


@pytest.fixture
def support(browser_of) -> Client:
    stock_variants(2)
    offer_shipping()
    return browser_of(Role.SUPPORT)


def page_of(browser: Client, url: str) -> str:
    return unescape(browser.get(url, follow=True).content.decode())


def hidden(page: str, name: str) -> str:
    tags = re.findall(rf'<input type="hidden" name="{name}"[^>]*>', page)
    found = re.search(r'value="([^"]*)"', tags[0])
    return found[1] if found else ""


def new_form(browser: Client, **values: str) -> dict[str, str]:
    page = page_of(browser, ADD)
    return {**BUYER, "currency": "gbp", "draft_id": hidden(page, "draft_id"), **values}


def made(browser: Client, **values: str) -> str:
    """The address of the page of a new draft."""
    response = browser.post(ADD, {**new_form(browser, **values), "save": "yes"})
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def form_of(browser: Client, url: str, **values: str) -> dict[str, str]:
    """What a browser sends of the page as it is."""
    page = page_of(browser, url)
    seen = {name: hidden(page, name) for name in ("version", "total", "currency")}
    checkout = Checkout.objects.get()
    return {**BUYER, **seen, "email": checkout.email, **values,
            "shipping_method": values.get("shipping_method", checkout.shipping_method)}  # fmt: skip


def press(browser: Client, url: str, button: str, **values: str) -> str:
    """The page after a button of it."""
    body = {**form_of(browser, url, **values), button: "yes"}
    return unescape(browser.post(url, body, follow=True).content.decode())


def ready(browser: Client, **values: str) -> str:
    """The address of a draft that lacks nothing."""
    url = made(browser, **values)
    press(browser, url, "save", shipping_method="standard")
    return url


def test_a_draft_is_typed_saved_and_shows_its_totals(support):
    url = made(support)
    page = page_of(support, url)
    assert "Nothing is held yet" in page
    assert "Choose one of the shipping methods." in page
    assert "Standard, £3.95" in page
    assert "£30.01" in page
    page = press(support, url, "save", shipping_method="standard")
    assert "The draft was saved." in page
    assert "£33.96" in page
    checkout = Checkout.objects.get()
    assert (checkout.email, checkout.language, checkout.status) == (
        "ada@example.com",
        "de",
        "draft",
    )
    assert checkout.shipping_address["first_name"] == "Ada"
    assert checkout.buyer["phone"] == "020 7946 0958"
    assert DraftOrder.objects.get().created_by == support.user
    assert not Reservation.objects.exists()
    listed = page_of(support, LIST)
    assert "ada@example.com" in listed
    assert "£33.96" in listed


def test_variants_are_found_by_sku_or_title_and_added(support):
    form = new_form(support, items="SKU-1 3", find="thing no. 0", email="not saved yet")
    page = unescape(support.post(ADD, {**form, "search": "yes"}).content.decode())
    assert "Thing SKU – No. 0, £10.00, 100 available" in page
    assert "Add SKU-1" not in page
    page = unescape(support.post(ADD, {**form, "add": "SKU-0"}).content.decode())
    assert re.search(r"<textarea[^>]*name=\"items\"[^>]*>\s*SKU-1 3\nSKU-0 1</textarea>", page)
    assert "not saved yet" in page
    for words in ("teapot", "%", "x" * 5_000, "\0"):
        page = unescape(support.post(ADD, {**form, "find": words, "search": "y"}).content.decode())
        assert "Add SKU" not in page
    assert not Checkout.objects.exists()


def test_an_order_is_placed_on_invoice(support):
    url = ready(support)
    page = press(support, url, "complete")
    assert "The order was placed. It is to be paid on invoice." in page
    order = Order.objects.get()
    assert (order.total, order.payment_status) == (3_396, "pending")
    assert f"Order {order.number}" in page
    assert f"Order {order.number}" in page_of(support, url)


def test_a_link_is_sent_and_sent_again(support, run_jobs):
    url = ready(support)
    assert "The link is on its way to ada@example.com." in press(support, url, "send")
    assert "Prices and units are held until" in page_of(support, url)
    assert Reservation.objects.count() == 2
    press(support, url, "send")
    run_jobs()
    assert [message.to for message in mail.outbox] == [["ada@example.com"]] * 2


@pytest.mark.parametrize("button", ["send", "complete"])
def test_what_was_typed_is_saved_and_shown_before_anything_else_is_done(support, button):
    url = ready(support)
    page = press(support, url, button, items="SKU-0 5")
    assert "Your changes were saved, and nothing else was done." in page
    assert "£53.95" in page
    assert not Order.objects.exists()
    assert not Reservation.objects.exists()


@pytest.mark.parametrize("button", ["send", "complete"])
def test_a_changed_price_is_shown_before_anything_is_done(support, button):
    url = ready(support)
    Price.objects.filter(variant__sku="SKU-0", currency="GBP").update(amount=2_000)
    page = press(support, url, button)
    assert "What it costs has changed, so nothing was done." in page
    assert "£53.96" in page
    assert not Order.objects.exists()
    assert not Reservation.objects.exists()
    assert "What it costs" not in press(support, url, button)


def test_stock_that_is_gone_is_told_in_words(support):
    url = ready(support)
    Stock.objects.filter(variant__sku="SKU-0").update(on_hand=1)
    page = press(support, url, "complete")
    assert "There are not enough units left of: SKU-0 (1 left)." in page
    assert not Order.objects.exists()


def test_a_form_that_is_sent_twice_makes_one_draft(support):
    form = {**new_form(support), "save": "yes"}
    first, second = support.post(ADD, form), support.post(ADD, form)
    assert first["Location"] == second["Location"]
    assert DraftOrder.objects.count() == 1


def test_a_button_that_is_pressed_twice_does_it_once(support, run_jobs):
    url = ready(support)
    form = {**form_of(support, url), "complete": "yes"}
    support.post(url, form)
    assert "Something else happened" in support.post(url, form, follow=True).content.decode()
    assert Order.objects.count() == 1


def test_the_second_of_two_tabs_is_told_what_the_first_has_done(support):
    url = ready(support)
    stale = form_of(support, url, note="Second tab")
    press(support, url, "save", note="First tab")
    for button in ("save", "send", "complete", "cancel"):
        page = support.post(url, {**stale, button: "yes"}, follow=True).content.decode()
        assert "Something else happened to this draft" in page
    searched = unescape(support.post(url, {**stale, "find": "sku"}).content.decode())
    assert hidden(searched, "version") == stale["version"]
    assert DraftOrder.objects.get().note == "First tab"


def test_a_draft_is_canceled_whatever_is_typed(support):
    url = made(support)
    assert "The draft was canceled." in press(support, url, "cancel", email="no address")
    assert "Place the order" not in page_of(support, url)
    assert Checkout.objects.get().status == "canceled"


def test_codes_that_do_not_apply_say_why(support):
    offer("TENTH")
    page = page_of(support, made(support, codes="TENTH, GONE"))
    assert "-£3.00" in page
    assert re.search(r"GONE: \w+", page)


def test_a_sent_draft_that_lapsed_is_shown_and_not_acted_on(support):
    url = ready(support)
    press(support, url, "send")
    stale = form_of(support, url)
    Checkout.objects.update(reservation_expires_at=timezone.now() - timedelta(seconds=1))
    assert "Expired" in page_of(support, url)
    page = support.post(url, {**stale, "complete": "yes"}, follow=True).content.decode()
    assert "Something else happened" in page
    assert not Order.objects.exists()


def test_a_customers_page_leads_to_a_draft_of_theirs(support):
    grace = person("grace@example.com")
    lead = support.get(reverse("admin:accounts_user_draft_order", args=[grace.pk]))
    assert lead["Location"] == f"{ADD}?customer={grace.pk}"
    customer = hidden(page_of(support, lead["Location"]), "customer")
    url = made(support, customer=customer, email="")
    checkout = Checkout.objects.get()
    assert (checkout.customer_id, checkout.email) == (grace.pk, "grace@example.com")
    assert f"/admin/accounts/user/{grace.pk}/" in page_of(support, url)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"items": ""}, "This field is required."),
        ({"items": "\r\n"}, "This field is required."),
        ({"items": "SKU-0 0"}, "Line 1: a quantity is from 1 to 9,999."),
        ({"items": "GONE 2"}, "GONE"),
        ({"email": "ada"}, "Enter a valid email address."),
        ({"email": "gräce@example.com"}, "Enter a valid email address."),
        ({"phone": "call me"}, "phone"),
        ({"postal_code": "1"}, "postal"),
        ({"vat_number": "DE1"}, "not a valid VAT number"),
        ({"country_code": ""}, "country"),
        ({"country_code": "XX"}, "not one of the available choices"),
        ({"currency": "XXX"}, "Enter a valid currency code."),
        ({"currency": "USD"}, "USD"),
        ({"codes": "a b"}, "code"),
        ({"codes": ",".join(f"C{number}" for number in range(21))}, "20"),
        ({"note": "x" * 2_001}, "at most 2000 characters"),
        ({"draft_id": "1"}, "Please correct the fields below."),
        ({"customer": "01a2271c-0000-7000-8000-000000000000"}, "There is no such customer"),
    ],
)
def test_a_bad_draft_is_refused_in_words(support, values: dict[str, Any], words):
    response = support.post(ADD, {**new_form(support, **values), "save": "yes"})
    assert response.status_code == 200
    assert words in unescape(response.content.decode())
    assert not Checkout.objects.exists()


@pytest.mark.parametrize("role", [Role.FULFILLMENT])
def test_other_staff_have_no_drafts_in_the_admin(support, browser_of, role):
    url, browser = ready(support), browser_of(role)
    for address in (LIST, ADD, url):
        assert browser.get(address).status_code == 403
    assert browser.post(ADD, {**BUYER, "save": "yes"}).status_code == 403
    assert browser.post(url, {**form_of(support, url), "complete": "yes"}).status_code == 403
    assert not Order.objects.exists()


@pytest.mark.parametrize("pk", ["1", "01a2271c-0000-7000-8000-000000000000"])
def test_what_is_no_draft_is_not_found(support, pk):
    assert support.get(f"{LIST}{pk}/change/").status_code in {302, 404}
    assert support.post(f"{LIST}{pk}/change/", {"complete": "yes"}).status_code in {302, 404}


def test_the_page_of_a_draft_costs_the_same_whatever_it_has(support, assert_statements):
    url = ready(support)
    support.get(url)
    # Session, user and roles; the draft with its order, its lines, who made it; personal data.
    with assert_statements(7):
        support.get(url)

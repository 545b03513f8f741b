"""The page of a customer: their orders, and what they have spent."""

from __future__ import annotations

from html import unescape

import pytest
from django.urls import reverse

from accounts.domain import Role
from accounts.models import User
from tests.shop import items, new_order, offer_shipping, paid_order, stock_variants

pytestmark = pytest.mark.django_db


def page_of(browser, user_id) -> str:
    response = browser.get(reverse("admin:accounts_user_change", args=[user_id]))
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_a_customers_page_shows_orders_and_spend_net_of_refunds(browser_of, client_of):
    offer_shipping()
    stock_variants(2)
    buyer = client_of()
    paid, unpaid = paid_order(buyer), new_order(buyer, ["SKU-0"])["number"]
    body = {"items": items(["SKU-1"])}
    client_of(Role.SUPPORT).post(f"/api/v1/orders/{paid}/refunds", body)

    page = page_of(browser_of(Role.SUPPORT), buyer.user_id)

    assert "Spent, net of refunds: £33.96" in page
    assert paid in page
    assert unpaid in page
    assert "Partially refunded" in page


def test_a_customer_who_bought_nothing_has_no_spend(browser_of):
    browser = browser_of(Role.ADMIN)
    customer = User.objects.create_user("ada@example.com")
    page = page_of(browser, customer.pk)
    assert "Spent" not in page


def test_a_customers_page_costs_the_same_whatever_was_bought(
    browser_of, client_of, assert_statements
):
    offer_shipping()
    stock_variants(1)
    buyer, browser = client_of(), browser_of(Role.ADMIN)
    new_order(buyer, ["SKU-0"])
    url = reverse("admin:accounts_user_change", args=[buyer.user_id])
    browser.get(url)
    # Session, user and roles; the customer with roles and groups; orders with their count and sum;
    # carts, addresses and sessions, each with their count; the look itself.
    with assert_statements(15):
        browser.get(url)


def test_a_customers_page_has_their_carts_and_leads_to_all_their_orders(browser_of, client_of):
    offer_shipping()
    stock_variants(2)
    buyer, browser = client_of(), browser_of(Role.SUPPORT)
    number = new_order(buyer, ["SKU-0"])["number"]
    other = new_order(client_of(), ["SKU-0"])["number"]
    buyer.post("/api/v1/carts", {"items": items(["SKU-0", "SKU-1"])})
    page = page_of(browser, buyer.user_id)
    assert ">1 order</a>. Spent, net of refunds: £0.00" in page
    assert page.count("/admin/carts/cart/") >= 2
    query = f"?customer__id__exact={buyer.user_id}"
    assert query in page
    listed = browser.get(f"{reverse('admin:orders_order_changelist')}{query}").content.decode()
    assert number in listed
    assert other not in listed


def test_a_customers_page_says_nothing_in_codes(browser_of, client_of):
    offer_shipping()
    stock_variants(1)
    buyer = client_of()
    new_order(buyer, ["SKU-0"])
    page = page_of(browser_of(Role.ADMIN), buyer.user_id)
    for code in ("md5", "argon2", "('open'", "('ordered'", "In lower case"):
        assert code not in page


def test_the_password_of_a_customer_is_set_on_a_page_of_its_own(browser_of, client_of):
    buyer = client_of()
    lead = reverse("admin:accounts_user_set_password", args=[buyer.user_id])
    boss = browser_of(Role.ADMIN)
    assert boss.get(lead)["Location"] == f"/admin/accounts/user/{buyer.user_id}/password/"
    assert browser_of(Role.SUPPORT).get(lead).status_code == 403

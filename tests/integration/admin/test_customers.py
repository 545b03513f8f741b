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


def test_orders_cost_a_customers_page_three_statements(browser_of, client_of, assert_statements):
    offer_shipping()
    stock_variants(1)
    buyer, browser = client_of(), browser_of(Role.ADMIN)
    new_order(buyer, ["SKU-0"])
    url = reverse("admin:accounts_user_change", args=[buyer.user_id])
    browser.get(url)
    # Session, user and roles; the customer with roles and groups; orders with their count and sum;
    # addresses and sessions, each with their count; the look itself.
    with assert_statements(13):
        browser.get(url)

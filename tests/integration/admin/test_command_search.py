from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.domain import Role
from accounts.models import User
from orders.models import Order
from staff.models import PersonalDataAccess
from tests.integration.admin import rows


def search(browser: Client, term: str) -> dict[str, str]:
    """What is found: titles, with what they are said to be."""
    page = browser.get("/admin/search/", {"s": term, "extended": "1"})
    assert page.status_code == 200
    return dict(
        re.findall(r'data-title="([^"]*)"\s+data-description="([^"]*)"', page.content.decode())
    )


@pytest.fixture
def shop(db) -> Order:
    rows.shop(3)
    User.objects.filter(email="customer-1@example.com").update(
        first_name="Élodie", last_name="Lefèvre"
    )
    return Order.objects.latest("id")


def test_one_search_finds_orders_variants_products_and_people(boss, shop):
    assert search(boss, "lovelace") == dict.fromkeys(
        Order.objects.values_list("number", flat=True), "Order, Ada Lovelace"
    )
    assert search(boss, "sku-1") == {
        Order.objects.get(lines__sku="SKU-1").number: "Order, Ada Lovelace",
        "SKU-1": "Variant of Teapot SKU 1",
        "Teapot SKU 1": "Product",
    }
    assert search(boss, "customer-1@") == {
        "customer-1@example.com": "Person, Élodie Lefèvre",
    }
    assert search(boss, "lefevre elodie") == {"customer-1@example.com": "Person, Élodie Lefèvre"}
    assert search(boss, "customer-2") == {"customer-2@example.com": "Person"}


def test_an_order_is_found_by_its_number_in_any_form(boss, shop):
    for written in (shop.number.lower(), f"#{shop.number}", shop.number.replace("-", "")):
        assert list(search(boss, written)) == [shop.number]


def test_what_is_new_is_found_at_once(boss, shop):
    assert search(boss, "hopper") == {}
    User.objects.filter(email="customer-2@example.com").update(last_name="Hopper")
    assert search(boss, "hopper") == {"customer-2@example.com": "Person,  Hopper"}


@pytest.mark.parametrize("term", ["%", "zz'", "\\", "é☃😀", "9" * 400, "zq " * 200, "\u0301"])
def test_a_strange_term_finds_nothing_and_breaks_nothing(boss, shop, term):
    assert search(boss, term) == {}


def test_names_that_are_shown_are_recorded(boss, shop):
    search(boss, "teapot sku 1")
    seen = PersonalDataAccess.objects.filter(actor=boss.user)
    assert not seen.exists()
    search(boss, "lovelace")
    assert seen.get().operation == "admin:search"


def test_nobody_finds_what_he_may_not_see(browser_of, shop):
    assert search(browser_of(Role.SUPPORT), shop.number) == {shop.number: "Order, Ada Lovelace"}
    outsider = browser_of(Role.CUSTOMER).get("/admin/search/", {"s": "ada", "extended": "1"})
    assert outsider.status_code == 302


def test_a_search_costs_the_same_however_many_are_found(boss, assert_statements):
    rows.shop(12)
    # Session, user and roles; a statement each; variants and prices of products, prices of
    # variants; that names were shown.
    with assert_statements(3 + 4 + 3 + 1):
        found = search(boss, "s")
    assert len(found) >= 8

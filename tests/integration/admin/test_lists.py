from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from catalog.models import Product
from core.backoffice import pagination
from core.backoffice.pagination import EstimatingPaginator
from orders.models import Order
from payments.models import Payment
from tests.integration.admin import rows

# Session, user and roles are three statements of every page; a count and the rows two of
# every list. What is more is named beside the number; that personal data was shown is written
# down by one.
STATEMENTS = {
    "staff_apikey": 5,
    "staff_personaldataaccess": 6,  # the operations to filter by
    "accounts_customergroup": 6,  # personal data
    "accounts_staffinvitation": 6,  # personal data
    "accounts_user": 8,  # their groups, and the roles to filter by
    "api_idempotencykey": 5,
    "carts_cart": 6,
    "catalog_category": 5,
    "catalog_product": 7,  # variants, prices
    "catalog_variant": 6,  # prices
    "checkout_checkout": 6,
    "checkout_draftorder": 6,  # personal data
    "checkout_shippingmethod": 9,  # prices, bands, links to zones, zones
    "checkout_shippingzone": 6,  # areas
    "events_event": 5,
    "inventory_movement": 5,
    "inventory_reservation": 5,
    "inventory_stock": 5,
    "invoices_invoice": 6,  # personal data
    "orders_order": 6,
    "payments_payment": 5,
    "pricing_taxrate": 5,
    "pricing_vatcheck": 6,
    "pricing_pricelist": 5,
    "pricing_promotion": 5,
    "procrastinate_procrastinatejob": 5,
}


def url_of(name: str, kind: str = "changelist", *args: object) -> str:
    return reverse(f"admin:{name}_{kind}", args=args)


def test_every_list_of_the_admin_has_its_budget():
    registered = {
        f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry
    }
    assert registered == set(STATEMENTS)


@pytest.mark.parametrize("count", [1, 50])
def test_a_list_costs_the_same_whatever_its_length(boss, assert_statements, count):
    rows.shop(count)
    for name, statements in STATEMENTS.items():
        with assert_statements(statements):
            response = boss.get(url_of(name))
        assert response.status_code == 200
        assert response.content.count(b'name="_selected_action"') <= 50
        assert response.context["cl"].result_count >= count


@pytest.mark.parametrize("name", STATEMENTS)
def test_who_is_not_logged_in_is_sent_to_the_login(db, name):
    response = Client().get(url_of(name))
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


def results(client: Client, name: str, query: str) -> int:
    return client.get(f"{url_of(name)}?{query}").context["cl"].result_count


@pytest.mark.parametrize(
    ("name", "term"),
    [
        ("accounts_customergroup", "group-1"),
        ("accounts_user", "customer-1@"),
        ("api_idempotencykey", f"{1:064}"),
        ("carts_cart", "customer-1@example.com"),
        ("catalog_category", "Branch 1"),
        ("catalog_product", "SKU-1"),
        ("catalog_product", "teapot sku 1"),
        ("catalog_variant", "SKU-1"),
        ("checkout_shippingmethod", "way-1"),
        ("checkout_shippingzone", "zone-1"),
        ("inventory_movement", "SKU-1"),
        ("inventory_reservation", "SKU-1"),
        ("inventory_stock", "SKU-1"),
        ("pricing_pricelist", "List 1"),
    ],
)
def test_a_search_finds_the_one_row_it_names(boss, name, term):
    rows.shop(3)
    assert results(boss, name, f"q={term}") == 1


def test_an_order_is_found_by_number_address_and_id_and_so_is_its_payment(boss):
    rows.shop(3)
    order = Order.objects.latest("placed_at")
    assert results(boss, "orders_order", f"q={order.number.lower()}") == 1
    assert results(boss, "orders_order", f"q=%23{order.number.replace('-', '')}") == 1
    assert results(boss, "orders_order", f"q={order.pk}") == 1
    assert results(boss, "orders_order", "q=ADA@example.com") == 3
    assert results(boss, "payments_payment", f"q={order.number}") == 1
    assert results(boss, "payments_payment", f"q=%23{order.number.replace('-', '')}") == 1
    assert results(boss, "events_event", f"q={order.pk}") == 1
    assert results(boss, "checkout_checkout", f"q={order.checkout_id}") == 1


@pytest.mark.parametrize("name", STATEMENTS)
@pytest.mark.parametrize("term", ["o%27brien", "%25%5C_", "é☃😀", "9" * 400, "zq " * 200])
def test_a_strange_search_finds_nothing_and_breaks_nothing(boss, name, term):
    assert results(boss, name, f"q={term}") == 0


def test_filters_keep_what_was_asked_for(boss):
    rows.shop(3)
    Order.objects.filter(pk=Order.objects.latest("placed_at").pk).update(status="canceled")
    assert results(boss, "orders_order", "status__exact=canceled") == 1
    assert results(boss, "catalog_product", "status=archived") == 0
    assert results(boss, "inventory_stock", "availability=low") == 0


@pytest.mark.parametrize(
    ("days", "found"),
    [
        ("placed_at_from=2026-03-02&placed_at_to=2026-03-02", 1),
        ("placed_at_from=2026-03-03", 0),
        ("placed_at_to=2026-03-01", 0),
        ("placed_at_from=&placed_at_to=", 1),
        ("placed_at_from=2026-99-99", 1),
        ("placed_at_from=0001-01-01&placed_at_to=9999-12-31", 1),
    ],
)
def test_a_range_of_days_includes_both(boss, days, found):
    rows.order(rows.variants(1), now=datetime(2026, 3, 2, 23, 59, 59, 999999, tzinfo=UTC))
    assert results(boss, "orders_order", days) == found


def test_money_is_shown_as_money(boss):
    rows.shop(1)
    Payment.objects.update(amount=1234567, currency="JPY")
    assert "£19.99" in boss.get(url_of("orders_order")).content.decode()
    assert "¥1,234,567" in boss.get(url_of("payments_payment")).content.decode()


def test_a_long_list_is_counted_exactly_up_to_a_bound_and_estimated_beyond(db, monkeypatch):
    rows.variants(30)
    products = Product.objects.order_by("title")
    assert EstimatingPaginator(products, 10).count == 30
    monkeypatch.setattr(pagination, "EXACT_UP_TO", 10)
    assert EstimatingPaginator(products, 10).count >= 11
    assert EstimatingPaginator(products.none(), 10).count == 0

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from catalog.models import Category, Price, Product
from core.backoffice import pagination
from core.backoffice.pagination import EstimatingPaginator
from core.ids import uuid7
from events.admin import SUBJECTS
from events.models import Event
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
    "payments_payment": 6,
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
        ("inventory_movement", "sku-1"),
        ("inventory_reservation", "sku-1"),
        ("inventory_stock", "ku-1"),
        ("inventory_stock", "Teapot sku 1"),
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
    assert results(boss, "payments_payment", "q=ADA@example.com") == 3
    assert results(boss, "inventory_movement", f"q=%23{order.number}") == 0
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


def test_quotes_keep_words_together_and_are_found_themselves(boss):
    for title in ("The cook's kettle", "The kettle's cook", 'A 12" pan'):
        Product.objects.create(slug=title[:12].replace(" ", "-"), title=title)
    for term, found in (
        ('"cook\'s kettle"', 1), ("kettle's cook", 1), ("12%22", 1), ("%22 kettle", 0),
        ("%22", 1), ("%27", 2), ("a %22", 1),
    ):  # fmt: skip
        assert results(boss, "catalog_product", f"q={term}") == found, term
    rows.shop(1)
    for term in ("%27", "%22", "%27%27", "%22 %22", "sku %27%27"):
        for name in STATEMENTS.keys() - {"catalog_product"}:
            assert results(boss, name, f"q={term}") == 0, (name, term)


@pytest.mark.parametrize("page", admin.site._registry.values(), ids=str)
def test_a_search_box_says_in_its_width_what_it_finds(page):
    assert page.search_fields
    assert page.search_help_text
    assert len(page.search_help_text) <= 46


def test_lists_begin_with_what_people_know_a_row_by(boss):
    rows.shop(1)
    for name in STATEMENTS.keys() - {"api_idempotencykey", "procrastinate_procrastinatejob"}:
        assert boss.get(url_of(name)).context["cl"].list_display[1:2] != ["row_id"], name
        assert "row_id" not in boss.get(url_of(name)).context["cl"].list_display, name


def test_what_has_no_plural_is_counted_as_rows(boss):
    rows.shop(1)
    for name, counted in (
        ("inventory_stock", "1 row"), ("catalog_product", "1 product"),
        ("catalog_category", "2 categories"),
    ):  # fmt: skip
        text = " ".join(boss.get(url_of(name)).content.decode().split())
        assert f'<div class="py-4"> {counted} </div>' in text
    rows.variants(1, prefix="B")
    assert "> 2 rows <" in " ".join(boss.get(url_of("inventory_stock")).content.decode().split())


def test_an_event_leads_to_what_it_is_about_and_says_what_its_amounts_are(boss):
    order = rows.order(rows.variants(1))
    event = Event.objects.get()
    link = f'href="{url_of("orders_order", "change", order.pk)}"'
    assert link in boss.get(url_of("events_event")).content.decode()
    page = boss.get(url_of("events_event", "change", event.pk)).content.decode()
    assert link in page
    assert "total: 1999 minor units" in page


@pytest.mark.parametrize("prefix", SUBJECTS)
def test_every_kind_of_event_leads_to_a_page(prefix):
    app, model = SUBJECTS[prefix].split(".")
    assert reverse(f"admin:{app}_{model}_change", args=[uuid7()])


def test_an_event_of_another_kind_shows_the_id_of_its_subject(boss):
    subject = uuid7()
    Event.objects.create(type="weather.changed", subject_id=subject, data={})
    assert str(subject) in boss.get(url_of("events_event")).content.decode()


def test_the_price_in_the_shop_s_own_currency_comes_first(boss):
    variant = rows.variants(1)[0]
    Price.objects.create(variant=variant, currency="AED", amount=900)
    Price.objects.create(variant=variant, currency="USD", amount=2500)
    assert "£19.99, AED9.00, US$25.00" in boss.get(url_of("catalog_variant")).content.decode()
    page = boss.get(url_of("catalog_variant", "change", variant.pk)).content.decode()
    shown = [page.index(f'value="{currency}"') for currency in ("GBP", "AED", "USD")]
    assert shown == sorted(shown)


def test_what_cannot_be_deleted_has_a_way_back(boss):
    parent = Category.objects.create(slug="parent", title="Parent")
    Category.objects.create(slug="child", title="Child", parent=parent)
    back = url_of("catalog_category", "change", parent.pk)
    page = boss.get(url_of("catalog_category", "delete", parent.pk)).content.decode()
    assert f'<a class="text-link" href="{back}">Go back</a>' in page
    selected = {"action": "delete_selected", "_selected_action": [str(parent.pk)]}
    page = boss.post(url_of("catalog_category"), selected).content.decode()
    assert f'<a class="text-link" href="{url_of("catalog_category")}">Go back</a>' in page


def test_the_name_of_a_row_is_written_as_it_is(boss):
    event = Event.objects.create(type="order.placed", subject_id=uuid7(), data={})
    page = "".join(boss.get(url_of("events_event", "change", event.pk)).content.decode().split())
    assert ">order.placed</a>" in page
    assert ">Order.placed<" not in page
    assert ">Events</a>" in page

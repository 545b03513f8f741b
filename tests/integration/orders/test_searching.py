from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from accounts.domain import Role
from accounts.personal_data import Person
from orders.domain import OrderStatus
from orders.models import Order, OrderLine, SearchText
from orders.privacy import erase_personal_data
from orders.selectors import search_condition
from payments.models import Payment
from tests.integration.admin import rows
from tests.shop import ADDRESS, new_order, offer_shipping, stock_variants

pytestmark = pytest.mark.django_db
GRACE = {**ADDRESS, "first_name": "Grace", "last_name": "Hopper", "city": "Leeds"}
BILLING = {
    **ADDRESS,
    "first_name": "Jörg",
    "last_name": "Müller-Lüdenscheid",
    "company": "Käthe & Co.",
    "city": "Köln",
    "postal_code": "50667",
    "country_code": "DE",
}


@pytest.fixture
def placed(client_of) -> dict:
    """An order of two variants with two addresses, among others."""
    offer_shipping()
    skus = stock_variants(2, prefix="MUG-BLUE")
    plates = stock_variants(1, prefix="PLATE")
    new_order(client_of(), plates, email="grace@example.org", shipping_address=GRACE)
    return new_order(client_of(), skus, email="ada.king@example.com", billing_address=BILLING)


def found(text: str) -> list[str]:
    return list(Order.objects.filter(search_condition(text)).values_list("number", flat=True))


@pytest.mark.parametrize(
    "text",
    [
        "ada.king@example.com", "KING@EXAM", "king", "ada lovelace", "LOVELACE Ada", "jorg", "JÖRG",
        "jo\u0308rg", "denscheid", "Käthe", "koln", "ug-blu", "mug-blue-1", "mug köln lace",
        "kö", "k", "ad", "müller-lü",
    ],
)  # fmt: skip
def test_an_order_is_found_by_any_part_in_any_case(placed, text):
    assert found(text) == [placed["number"]]


@pytest.mark.parametrize(
    "write",
    [
        str, str.lower, lambda number: f"#{number}", lambda number: number.replace("-", ""),
        lambda number: number.replace("-", "\u2013").lower(), lambda number: number[2:8],
        lambda number: number.replace("-", " "),
    ],
)  # fmt: skip
def test_an_order_is_found_by_its_number_however_it_is_written(placed, write):
    assert found(write(placed["number"])) == [placed["number"]]


@pytest.mark.parametrize(
    "text",
    ["zzz", "ada grace", "lovelaceada", "%", "_", "ing", "\\", "'", " ", "", "\u0301", "#", "ug"],
)
def test_what_no_order_has_finds_nothing(placed, text):
    matching = [number for number in found(text) if number == placed["number"]]
    assert matching == ([placed["number"]] if text == "ing" else [])


def test_two_letters_are_looked_for_where_a_value_begins(placed):
    assert found("pl") != []
    assert placed["number"] not in found("pl")
    assert found("ue") == []


def test_the_list_of_the_api_finds_and_filters_together(placed, client_of):
    staff = client_of(Role.SUPPORT)

    def numbers(query: str) -> list[str]:
        response = staff.get(f"/api/v1/orders?{query}")
        assert response.status_code == 200, response.content
        return [order["number"] for order in response.json()["results"]]

    assert numbers("search=king&payment_status=pending&status=open") == [placed["number"]]
    assert numbers("search=king&payment_status=paid") == []
    assert numbers("search=king&placed_after=2020-01-01T00:00:00Z") == [placed["number"]]
    assert numbers("search=king&placed_before=2020-01-01T00:00:00Z") == []


def test_what_an_order_is_found_by_follows_its_changes(placed):
    order = Order.objects.get(number=placed["number"])
    order.email = "ada@new.example"
    order.save(update_fields=["email"])
    assert (found("king"), found("new.example")) == ([], [order.number])
    OrderLine.objects.filter(order=order, sku="MUG-BLUE-1").delete()
    assert (found("mug-blue-1"), found("mug-blue-0")) == ([], [order.number])
    spare = OrderLine.objects.get(order=order)
    OrderLine.objects.filter(pk=spare.pk).update(fulfilled=1)
    assert found("mug-blue-0") == [order.number]


def test_an_erased_person_is_found_no_more(placed):
    order = Order.objects.get(number=placed["number"])
    Order.objects.filter(pk=order.pk).update(customer=None)
    erase_personal_data(Person(user_id=None, email="ada.king@example.com"), timezone.now())
    kept = SearchText.objects.get(order=order).text
    assert not [word for word in ("king", "lovelace", "jorg", "koln", "kathe") if word in kept]
    assert found("mug-blue-1") == [order.number]


def test_orders_of_before_are_found_and_have_their_payment_status(db):
    rows.shop(3)
    SearchText.objects.all().delete()
    Order.objects.update(payment_status="refunded")
    catch_up = import_module("orders.migrations.0020_orders_placed_before").catch_up
    with connection.schema_editor(atomic=False) as editor:
        for _ in range(2):
            catch_up(apps, editor)
    assert len(found("lovelace")) == 3
    assert set(Order.objects.values_list("payment_status", flat=True)) == {"pending"}


def test_the_payment_status_of_an_order_is_that_of_its_latest_payment(db):
    order = rows.order(rows.variants(1))
    first = Payment.objects.get(order=order)

    def status() -> str:
        return Order.objects.get(pk=order.pk).payment_status

    first.status = "failed"
    first.save(update_fields=["status"])
    assert status() == "failed"
    second = Payment.objects.create(
        checkout=first.checkout, provider="test", capture="automatic", amount=1, currency="GBP"
    )
    assert status() == "failed"
    second.order = order
    second.save(update_fields=["order"])
    assert status() == "pending"
    first.status = "voided"
    first.save(update_fields=["status"])
    assert status() == "pending"
    assert order.status == OrderStatus.OPEN

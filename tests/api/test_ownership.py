"""What belongs to someone is not there for anybody else, at every nested id."""

from __future__ import annotations

import pytest

from accounts.domain import Role
from invoices.models import Invoice
from orders.models import Order
from tests.shop import ADDRESS, MANUAL, new_checkout, offer_shipping, stock_variants

pytestmark = pytest.mark.django_db


@pytest.fixture
def belongings(client_of):
    """Everything that Ada has an id of, as method, path and body."""
    offer_shipping()
    skus = stock_variants(2)
    ada = client_of()
    bought = new_checkout(ada, skus)
    ada.post(f"/api/v1/checkouts/{bought['id']}/complete", MANUAL)
    checkout = new_checkout(ada, skus)
    cart = ada.post("/api/v1/carts", {"items": [{"sku": skus[0], "quantity": 1}]}).json()
    item = cart["items"][0]["id"]
    address = ada.post("/api/v1/me/addresses", ADDRESS).json()["id"]
    session = ada.get("/api/v1/me/sessions").json()["results"][0]["id"]
    number = Order.objects.get().number
    return [
        ("get", f"/api/v1/carts/{cart['id']}", None),
        ("post", f"/api/v1/carts/{cart['id']}/items", {"sku": skus[1], "quantity": 1}),
        ("put", f"/api/v1/carts/{cart['id']}/items", {"items": []}),
        ("patch", f"/api/v1/carts/{cart['id']}/items/{item}", {"quantity": 2}),
        ("delete", f"/api/v1/carts/{cart['id']}/items/{item}", None),
        ("post", "/api/v1/checkouts", {"cart_id": cart["id"]}),
        ("get", f"/api/v1/checkouts/{checkout['id']}", None),
        ("patch", f"/api/v1/checkouts/{checkout['id']}", {"email": "eve@example.com"}),
        ("post", f"/api/v1/checkouts/{checkout['id']}/complete", MANUAL),
        ("post", f"/api/v1/checkouts/{checkout['id']}/cancel", None),
        ("get", f"/api/v1/orders/{number}", None),
        ("get", f"/api/v1/orders/{number}/events", None),
        ("get", f"/api/v1/orders/{number}/invoice", None),
        ("get", f"/api/v1/orders/{number}/invoices", None),
        ("get", f"/api/v1/orders/{number}/invoices/{Invoice.objects.get().number}", None),
        ("post", f"/api/v1/orders/{number}/cancel", {}),
        ("post", f"/api/v1/orders/{number}/withdrawal", {"confirm": True}),
        ("post", f"/api/v1/orders/{number}/returns", {"items": [{"sku": skus[0], "quantity": 1}]}),
        ("get", f"/api/v1/me/addresses/{address}", None),
        ("patch", f"/api/v1/me/addresses/{address}", {"city": "Paris"}),
        ("delete", f"/api/v1/me/addresses/{address}", None),
        ("delete", f"/api/v1/me/sessions/{session}", None),
    ]


def statuses(caller, belongings, **extra):
    return {
        f"{method} {path}": getattr(caller, method)(path, body, **extra).status_code
        for method, path, body in belongings
    }


def test_another_customer_finds_nothing_of_it(client_of, belongings):
    found = statuses(client_of(), belongings)
    assert set(found.values()) == {404}, found


def test_nobody_finds_anything_of_it(client, belongings):
    found = statuses(client, belongings)
    assert set(found.values()) <= {401, 404}, found


def test_a_guest_with_another_cart_token_finds_nothing_of_it(client, belongings):
    token = client.post("/api/v1/carts", {}).json()["token"]
    found = statuses(client, belongings, headers={"Cart-Token": token})
    assert set(found.values()) <= {401, 404}, found


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.FULFILLMENT, Role.MANAGER])
def test_staff_do_not_shop_with_someone_elses_cart(client_of, belongings, role):
    private = [each for each in belongings if "/orders/" not in each[1]]
    found = statuses(client_of(role), private)
    assert set(found.values()) == {404}, found

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from carts.models import Cart
from catalog.models import Price
from checkout.models import Checkout
from inventory.models import Movement, Reservation
from orders.models import Order
from payments.models import Payment
from tests.shop import (
    DETAILS,
    complete,
    new_cart,
    new_checkout,
    offer_shipping,
    stock_of,
    stock_variants,
)

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def skus() -> list[str]:
    offer_shipping()
    return stock_variants(3)


def test_completing_places_one_order_and_sells_the_units(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0", "SKU-1"], 3)

    response = complete(client, checkout)

    assert response.status_code == 201
    assert response.json()["status"] == "completed"
    order = Order.objects.get()
    assert response.json()["order"] == {"id": str(order.id), "number": order.number}
    assert stock_of("SKU-0") == (97, 0)
    assert not Reservation.objects.exists()
    assert list(Movement.objects.filter(order=order).values_list("delta", flat=True)) == [-3, -3]
    payment = Payment.objects.get()
    assert (payment.order_id, payment.amount, payment.status) == (order.id, order.total, "pending")
    assert Cart.objects.get(pk=checkout["cart_id"]).status == "ordered"
    assert (
        client.get(f"/api/v1/checkouts/{checkout['id']}").json()["order"]
        == (response.json()["order"])
    )


def test_completing_again_answers_with_the_same_order(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    first = complete(client, checkout)

    second = complete(client, checkout, expected_total={"amount": 1, "currency": "GBP"})

    assert (second.status_code, second.json()) == (200, first.json())
    assert Order.objects.count() == Payment.objects.count() == 1
    assert stock_of("SKU-0") == (99, 0)


def test_a_total_that_is_not_expected_is_not_charged(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])

    other = complete(client, checkout, expected_total={"amount": 1394, "currency": "GBP"})
    assert (other.status_code, other.json()["code"]) == (409, "total_changed")
    assert other.json()["total"] == {"amount": 1395, "currency": "GBP"}

    foreign = complete(client, checkout, expected_total={"amount": 1395, "currency": "EUR"})
    assert (foreign.status_code, foreign.json()["code"]) == (400, "currency_mismatch")
    assert [error["pointer"] for error in foreign.json()["errors"]] == ["/expected_total/currency"]

    assert not Order.objects.exists()
    exact = complete(client, checkout, expected_total={"amount": 1395, "currency": "GBP"})
    assert exact.status_code == 201


def test_prices_are_frozen_when_the_checkout_begins(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    Price.objects.update(amount=9_999)

    complete(client, checkout)

    assert Order.objects.get().subtotal == 1_000


def test_an_expired_checkout_cannot_be_completed_nor_changed(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    Checkout.objects.update(reservation_expires_at=timezone.now() - timedelta(seconds=1))
    url = f"/api/v1/checkouts/{checkout['id']}"

    for response in (complete(client, checkout), client.patch(url, {"email": "a@example.com"})):
        assert (response.status_code, response.json()["code"]) == (409, "checkout_expired")
    assert client.get(url).json()["status"] == "expired"


def test_a_canceled_checkout_cannot_be_completed(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    url = f"/api/v1/checkouts/{checkout['id']}/cancel"

    first, second = client.post(url), client.post(url)

    assert first.json()["status"] == "canceled"
    assert (second.status_code, second.json()) == (200, first.json())
    response = complete(client, checkout)
    assert (response.status_code, response.json()["code"]) == (409, "checkout_canceled")


def test_a_completed_checkout_cannot_be_canceled_nor_changed(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    complete(client, checkout)
    url = f"/api/v1/checkouts/{checkout['id']}"

    for response in (
        client.post(f"{url}/cancel"),
        client.patch(url, {"shipping_method": "express"}),
    ):
        assert (response.status_code, response.json()["code"]) == (409, "checkout_completed")


def test_what_is_added_during_the_checkout_stays_in_the_cart(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"], 2)
    url = f"/api/v1/carts/{checkout['cart_id']}"
    client.post(f"{url}/items", {"sku": "SKU-0", "quantity": 5})
    client.post(f"{url}/items", {"sku": "SKU-1", "quantity": 1})

    complete(client, checkout)

    cart = client.get(url).json()
    assert cart["status"] == "open"
    assert {item["sku"]: item["quantity"] for item in cart["items"]} == {"SKU-0": 5, "SKU-1": 1}
    assert Order.objects.get().subtotal == 2_000


def test_an_ordered_cart_cannot_be_checked_out_again(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    complete(client, checkout)

    response = client.post("/api/v1/checkouts", {"cart_id": checkout["cart_id"], **DETAILS})

    assert (response.status_code, response.json()["code"]) == (409, "cart_not_open")


def test_an_unknown_provider_is_refused(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])

    response = complete(client, checkout, payment={"provider": "barter"})

    assert (response.status_code, response.json()["code"]) == (400, "unknown_provider")
    assert [error["pointer"] for error in response.json()["errors"]] == ["/payment/provider"]
    assert not Order.objects.exists()


def test_an_account_that_checks_out_a_guest_cart_owns_the_order(
    client: APIClient, client_of: ClientOf
) -> None:
    cart = new_cart(client, ["SKU-0"])
    ada = client_of()
    ada.credentials(**{**ada._credentials, "HTTP_CART_TOKEN": cart["token"]})

    checkout = ada.post("/api/v1/checkouts", {"cart_id": cart["id"], **DETAILS}).json()
    complete(ada, checkout)

    assert Order.objects.get().customer == User.objects.get(pk=ada.user_id)

from __future__ import annotations

import pytest

from accounts.domain import ERASED_DOMAIN
from accounts.models import SavedAddress, User
from checkout.models import Checkout
from orders.models import Order
from tests.shop import (
    ADDRESS,
    DETAILS,
    complete,
    items,
    new_checkout,
    new_order,
    offer_shipping,
    stock_variants,
)

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


@pytest.fixture
def writes(client, client_of):
    """Every write that takes something personal for a customer, ready to be made by one."""
    offer_shipping()
    grace = client_of()
    order = new_order(grace, stock_variants(prefix="ORDERED"))
    address = grace.post("/api/v1/me/addresses", ADDRESS).json()
    checkout = new_checkout(grace, stock_variants(prefix="CART"))
    skus = items(stock_variants(prefix="ITEMS"))
    guest = client.post("/api/v1/carts", {"items": skus}).json()
    token = {"Cart-Token": guest["token"]}
    post, patch = grace.post, grace.patch
    return grace, {
        "name": lambda: patch("/api/v1/me", {"first_name": "Ada"}),
        "address": lambda: post("/api/v1/me/addresses", ADDRESS),
        "known address": lambda: patch(f"/api/v1/me/addresses/{address['id']}", ADDRESS),
        "cart": lambda: post("/api/v1/carts", {"items": skus}),
        "claim": lambda: post(f"/api/v1/carts/{guest['id']}/claim", headers=token),
        "checkout": lambda: post("/api/v1/checkouts", {"items": skus, **DETAILS}),
        "checkout of a guest": lambda: post(
            "/api/v1/checkouts", {"cart_id": guest["id"], **DETAILS}, headers=token
        ),
        "known checkout": lambda: patch(f"/api/v1/checkouts/{checkout['id']}", DETAILS),
        "order": lambda: complete(grace, checkout),
        "reason": lambda: post(f"/api/v1/orders/{order['number']}/cancel", {"reason": "Ada"}),
    }


def test_an_erased_account_takes_nothing_personal_any_more(writes):
    grace, requests = writes
    assert grace.delete("/api/v1/me", {"password": PASSWORD}).status_code == 204
    assert {name: write().status_code for name, write in requests.items()} == dict.fromkeys(
        requests, 401
    )
    assert not SavedAddress.objects.exists()
    assert set(Checkout.objects.values_list("email", flat=True)) == {""}
    assert Order.objects.get().email.endswith(ERASED_DOMAIN)


def test_a_closed_account_takes_nothing_personal_any_more(writes):
    grace, requests = writes
    User.objects.filter(pk=grace.user_id).update(is_active=False)
    assert {name: write().status_code for name, write in requests.items()} == dict.fromkeys(
        requests, 401
    )


def test_what_a_guest_began_and_the_account_claimed_is_erased_with_it(client, client_of):
    offer_shipping()
    ada = client_of()
    checkout = new_checkout(client, stock_variants())
    token = client._credentials["HTTP_CART_TOKEN"]
    claim = f"/api/v1/carts/{checkout['cart_id']}/claim"
    assert ada.post(claim, headers={"Cart-Token": token}).status_code == 200
    ada.delete("/api/v1/me", {"password": PASSWORD})
    assert Checkout.objects.get().email == ""
    assert client.patch(f"/api/v1/checkouts/{checkout['id']}", DETAILS).status_code == 409
    assert complete(client, checkout).status_code == 409

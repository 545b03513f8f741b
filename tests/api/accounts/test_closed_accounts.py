from __future__ import annotations

import json
import os
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.domain import ACCESS_LIFETIME, ERASED_DOMAIN
from accounts.models import SavedAddress, User
from accounts.tokens.closed_accounts import ClosedAccounts
from checkout.models import Checkout
from orders.models import Order
from tests.api.bad_input import OPERATIONS
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


ERASING = {"eraseMe", "eraseAccount"}


def test_an_erased_callers_token_is_refused_by_every_operation_that_reads_one(
    world, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        assert world.owner.post("/api/v1/me/erase", {"password": PASSWORD}).status_code == 204
    answers = {
        operation.id: world.owner.generic(
            operation.method.upper(),
            world.path(operation),
            json.dumps({"password": PASSWORD}) if operation.id in ERASING else "",
            content_type="application/json",
        )
        for operation in OPERATIONS
        if operation.takes_token
    }
    assert len(answers) > 30
    assert {response.status_code for response in answers.values()} == {401}
    codes = {name: response.json()["code"] for name, response in answers.items()}
    assert {name for name, code in codes.items() if code != "token_revoked"} == ERASING


def test_a_closed_accounts_token_is_refused_once_the_closing_is_read(client_of, monkeypatch):
    grace, ada = client_of(), client_of()
    User.objects.filter(pk=grace.user_id).update(is_active=False, sessions_ended_at=timezone.now())
    assert grace.get("/api/v1/orders").status_code == 200
    monkeypatch.setattr("accounts.tokens.closed_accounts.STALE_AFTER", 0)
    assert grace.get("/api/v1/orders").json()["code"] == "token_revoked"
    assert ada.get("/api/v1/orders").status_code == 200


def test_only_accounts_whose_tokens_are_in_date_are_read(client_of, assert_statements):
    grace = client_of()
    User.objects.filter(pk=grace.user_id).update(is_active=False, sessions_ended_at=timezone.now())
    closed = ClosedAccounts()
    with assert_statements(1):
        assert [grace.user_id in closed for _ in range(3)] == [True] * 3
    with time_machine.travel(timezone.now() + ACCESS_LIFETIME + timedelta(seconds=21)):
        assert grace.user_id not in ClosedAccounts()


def test_processes_that_are_forked_hear_of_a_change_at_once():
    closed = ClosedAccounts()
    closed.cache(frozenset())
    assert not closed._is_stale()
    child = os.fork()
    if child == 0:
        closed.note_change()
        os._exit(0)
    os.waitpid(child, 0)
    assert closed._is_stale()

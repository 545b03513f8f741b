"""How much stock someone can hold without paying, or without saying who they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from checkout.models import Checkout
from tests.shop import DETAILS, complete, offer_shipping, stock_of, stock_variants

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sku() -> str:
    offer_shipping()
    (sku,) = stock_variants(stock=3000)
    return sku


def hold(client: APIClient, quantity: int, **details: Any) -> Any:
    """Begin a checkout of its own, as a guest who is new each time."""
    body = {"items": [{"sku": "SKU-0", "quantity": quantity}], **details}
    return client.post("/api/v1/checkouts", body)


def named(client: APIClient, begun: Any) -> str:
    """Prove the checkout with its token from now on; return its URL."""
    client.credentials(HTTP_CART_TOKEN=begun.json()["token"])
    return f"/api/v1/checkouts/{begun.json()['id']}"


def test_a_guest_without_an_address_holds_half_of_the_stock_at_most(client: APIClient) -> None:
    assert hold(client, 1000).status_code == 201
    refused = hold(client, 501)

    assert (refused.status_code, refused.json()["code"]) == (409, "email_needed_to_reserve")
    assert refused.json()["items"] == [{"sku": "SKU-0", "holdable": 1500}]
    assert stock_of("SKU-0") == (3000, 1000)
    assert hold(client, 500).status_code == 201
    assert hold(client, 1).status_code == 409


def test_someone_at_another_address_and_who_gives_an_email_address_buys_on(
    client: APIClient, settings: Any
) -> None:
    settings.TRUSTED_PROXIES = 1
    assert hold(client, 1500).status_code == 201

    assert hold(client, 1000, email="ada@example.com").status_code == 201
    other = client.post(
        "/api/v1/checkouts",
        {"items": [{"sku": "SKU-0", "quantity": 300}]},
        headers={"X-Forwarded-For": "203.0.113.9"},
    )
    assert other.status_code == 201


def test_ten_units_can_be_held_of_the_smallest_stock(client: APIClient) -> None:
    stock_variants(stock=10, prefix="FEW")
    body = {"items": [{"sku": "FEW-0", "quantity": 10}]}
    assert client.post("/api/v1/checkouts", body).status_code == 201


def test_an_email_address_that_is_taken_back_counts_from_then_on(client: APIClient) -> None:
    hold(client, 1000)
    begun = hold(client, 1000, email="ada@example.com")
    url = named(client, begun)

    refused = client.patch(url, {"email": None})

    assert (refused.status_code, refused.json()["code"]) == (409, "email_needed_to_reserve")
    assert client.get(url).json()["email"] == "ada@example.com"


def test_the_address_is_forgotten_when_it_is_no_longer_needed(client: APIClient) -> None:
    """Given an email address, canceled, expired or paid for: nothing is held by it any more."""
    for end in (
        lambda url: client.patch(url, {"email": "ada@example.com"}),
        lambda url: client.post(f"{url}/cancel"),
    ):
        client.credentials()
        url = named(client, hold(client, 1500))
        assert len(Checkout.objects.exclude(ip_hash="").get().ip_hash) == 64
        assert end(url).status_code == 200
        assert not Checkout.objects.exclude(ip_hash="").exists()
        client.post(f"{url}/cancel")


def test_what_has_lapsed_does_not_count(client: APIClient) -> None:
    hold(client, 1500)
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        assert hold(client, 1500).status_code == 201


def test_open_checkouts_are_bounded_for_an_account_and_for_an_address(
    client: APIClient, client_of: Callable[..., APIClient], settings: Any
) -> None:
    settings.MAX_OPEN_CHECKOUTS = 2
    for who in (client, client_of(Role.CUSTOMER)):
        begun = [hold(who, 1, **(DETAILS if who is not client else {})) for _ in range(3)]
        assert [response.status_code for response in begun] == [201, 201, 409]
        assert begun[2].json()["code"] == "too_many_checkouts"
        if who is not client:
            assert complete(who, begun[0].json()).status_code == 201
            assert hold(who, 1, **DETAILS).status_code == 201

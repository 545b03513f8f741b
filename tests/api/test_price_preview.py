"""What a basket would cost, as a ledger, for managers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from carts.models import Cart
from checkout.models import Checkout
from inventory.models import Reservation
from tests.shop import items, new_cart, stock_of, stock_variants

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]
URL = "/api/v1/price-preview"


@pytest.fixture(autouse=True)
def skus() -> list[str]:
    return stock_variants(3, stock=5)


@pytest.fixture
def manager(client_of: ClientOf) -> APIClient:
    return client_of(Role.MANAGER)


def preview(client: APIClient, units: dict[str, int], **more: Any) -> Any:
    wanted = [{"sku": sku, "quantity": count} for sku, count in units.items()]
    return client.post(URL, {"items": wanted, "currency": "GBP", **more})


def test_the_entries_are_what_lines_and_totals_add_up(manager: APIClient, settings: Any) -> None:
    settings.TAX_RATE = Decimal("0.175")

    body = preview(manager, {"SKU-1": 3, "SKU-0": 2}, country_code="gb").json()

    sums: dict[tuple[str, str], int] = defaultdict(int)
    for entry in body["entries"]:
        sums[entry["kind"], entry["sku"]] += entry["amount"]["amount"]
    assert [(item["sku"], item["quantity"]) for item in body["items"]] == [
        ("SKU-1", 3), ("SKU-0", 2)
    ]  # fmt: skip
    for item in body["items"]:
        price, tax = sums["price", item["sku"]], sums["tax", item["sku"]]
        assert (item["total"]["amount"], item["tax"]["amount"]) == (price, tax)
        assert item["unit_price"]["amount"] * item["quantity"] == price
        assert [each["amount"]["amount"] for each in item["taxes"]] == [tax]
    totals = {name: each["amount"] for name, each in body["totals"].items()}
    # 17.5 % of 3 at 10.01 and 2 at 10.00 is 8.75525
    assert totals == {"subtotal": 5_003, "discount": 0, "shipping": 0, "tax": 876, "total": 5_879}
    assert sum(sums.values()) == totals["total"]
    (tax,) = body["taxes"]
    assert (tax["rate"], tax["base"]["amount"], tax["amount"]["amount"]) == ("0.175", 5_003, 876)
    price = next(entry for entry in body["entries"] if entry["sku"] == "SKU-1")
    assert (price["source"], price["base"]["amount"], price["rate"]) == ("unit_price", 1_001, None)


def test_it_is_what_a_cart_would_cost(manager: APIClient, settings: Any) -> None:
    settings.TAX_RATE, settings.PRICES_INCLUDE_TAX = Decimal("0.2"), True
    cart = new_cart(manager, ["SKU-0", "SKU-2"], 2)

    body = preview(manager, {"SKU-0": 2, "SKU-2": 2}).json()

    for name in ("totals", "taxes", "prices_include_tax"):
        assert body[name] == cart[name]
    for item, line in zip(body["items"], cart["items"], strict=True):
        assert item == {name: line[name] for name in item}


def test_codes_are_told_back_and_the_moment_is_the_one_that_was_asked_for(
    manager: APIClient,
) -> None:
    before = timezone.now()
    now = preview(manager, {"SKU-0": 1}, codes=["NONE"]).json()
    then = preview(manager, {"SKU-0": 1}, at="2027-01-01T00:00:00+02:00").json()

    assert now["promotions"]["submitted"] == ["NONE"]
    assert before <= datetime.fromisoformat(now["at"]) <= timezone.now()
    assert datetime.fromisoformat(then["at"]) == datetime(2026, 12, 31, 22, tzinfo=UTC)


def test_nothing_is_stored_and_nothing_held(manager: APIClient) -> None:
    assert preview(manager, {"SKU-0": 9_999}).status_code == 200

    assert not Cart.objects.exists()
    assert not Checkout.objects.exists()
    assert not Reservation.objects.exists()
    assert stock_of("SKU-0") == (5, 0)


def test_the_same_sku_twice_counts_together(manager: APIClient) -> None:
    body = manager.post(URL, {"items": items(["SKU-0", "SKU-0"], 2), "currency": "GBP"}).json()
    assert [item["quantity"] for item in body["items"]] == [4]


@pytest.mark.parametrize(
    ("body", "status", "code", "pointer"),
    [
        ({"items": []}, 400, "invalid_request", "/items"),
        ({"items": items(["NONE"])}, 400, "unknown_sku", "/items/0/sku"),
        ({"items": [{"sku": "SKU-0", "quantity": -1}]}, 400, "invalid_request", None),
        ({"items": [{"sku": "SKU-0", "quantity": 9_999}] * 2}, 409, "cart_full", None),
        ({"currency": "JPY"}, 400, "currency_mismatch", "/items/0/sku"),
        ({"currency": "gbp"}, 400, "invalid_request", "/currency"),
        ({"currency": None}, 400, "invalid_request", "/currency"),
        ({"country_code": "XX"}, 400, "invalid_request", "/country_code"),
        ({"country_code": "GBR"}, 400, "invalid_request", "/country_code"),
        ({"codes": ["x" * 65]}, 400, "invalid_request", "/codes/0"),
        ({"codes": ["x"] * 21}, 400, "invalid_request", "/codes"),
        ({"codes": "WELCOME"}, 400, "invalid_request", "/codes"),
        ({"at": "tomorrow"}, 400, "invalid_request", "/at"),
        ({"at": "2026-12-24"}, 400, "invalid_request", "/at"),
        ({"at": "2026-12-24T12:00:00"}, 400, "invalid_request", "/at"),
        ({"at": "0001-01-01T00:00:00+14:00"}, 400, "invalid_request", "/at"),
        ({"at": 5}, 400, "invalid_request", "/at"),
        ({"group": "vip"}, 400, "invalid_request", "/group"),
    ],
)
def test_what_makes_no_sense_is_refused(
    manager: APIClient, body: dict[str, Any], status: int, code: str, pointer: str | None
) -> None:
    response = manager.post(URL, {"items": items(["SKU-0"]), "currency": "GBP", **body})

    assert (response.status_code, response.json()["code"]) == (status, code)
    if pointer:
        assert [each["pointer"] for each in response.json()["errors"]] == [pointer]


def test_only_managers_may(client: APIClient, client_of: ClientOf) -> None:
    assert preview(client, {"SKU-0": 1}).status_code == 401
    for role in (None, Role.SUPPORT, Role.FULFILLMENT):
        caller = client_of(role) if role else client_of()
        assert preview(caller, {"SKU-0": 1}).status_code == 403
    assert preview(client_of(Role.ADMIN), {"SKU-0": 1}).status_code == 200


def test_a_key_replays_the_price_that_was_told(manager: APIClient) -> None:
    body = {"items": items(["SKU-0"]), "currency": "GBP"}
    headers = {"Idempotency-Key": "k"}
    first = manager.post(URL, body, headers=headers)
    again = manager.post(URL, body, headers=headers)

    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == first.json()
    assert manager.post(URL, {**body, "currency": "EUR"}, headers=headers).status_code == 422


def test_it_costs_the_same_whatever_the_number_of_lines(
    manager: APIClient, assert_statements: Callable[[int], AbstractContextManager[None]]
) -> None:
    many = stock_variants(500, prefix="MANY")
    preview(manager, {"SKU-0": 1})
    for units in ({"SKU-0": 1}, dict.fromkeys(many, 1)):
        with assert_statements(4):  # one for the roles that the caller has now, one for the past
            assert preview(manager, units, at=timezone.now().isoformat()).status_code == 200

"""The lines of a live checkout are replaced under its reservation."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from catalog.models import Price
from checkout.models import Checkout
from core.db.invariants import declared_checks, run_checks
from inventory.models import Reservation
from orders.models import Order
from tests.shop import complete, new_checkout, offer_shipping, stock_of, stock_variants

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def skus() -> list[str]:
    offer_shipping()
    return stock_variants(4, stock=10)


def replace(client: APIClient, checkout: dict[str, Any], units: dict[str, int], **more: Any) -> Any:
    body = {"items": [{"sku": sku, "quantity": count} for sku, count in units.items()], **more}
    return client.patch(f"/api/v1/checkouts/{checkout['id']}", body)


def lines_of(body: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {item["sku"]: (item["quantity"], item["unit_price"]["amount"]) for item in body["items"]}


def test_lines_are_added_removed_and_counted_anew_and_units_follow(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0", "SKU-1", "SKU-2"], 2)
    Price.objects.update(amount=5_000)

    changed = replace(client, checkout, {"SKU-3": 1, "SKU-0": 5, "SKU-1": 1}).json()

    assert lines_of(changed) == {"SKU-3": (1, 5_000), "SKU-0": (5, 1_000), "SKU-1": (1, 1_001)}
    assert changed["totals"]["subtotal"]["amount"] == 5_000 + 5 * 1_000 + 1_001
    assert (changed["status"], changed["version"]) == ("ready", checkout["version"] + 1)
    assert [stock_of(f"SKU-{number}") for number in range(4)] == [
        (10, 5), (10, 1), (10, 0), (10, 1)
    ]  # fmt: skip
    before = {item["sku"]: item["id"] for item in checkout["items"]}
    after = {item["sku"]: item["id"] for item in changed["items"]}
    assert (after["SKU-0"], after["SKU-1"]) == (before["SKU-0"], before["SKU-1"])
    assert client.get(f"/api/v1/checkouts/{checkout['id']}").json() == changed


def test_all_units_are_held_or_nothing_changes(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"], 8)

    refused = replace(client, checkout, {"SKU-0": 10, "SKU-1": 11})

    assert (refused.status_code, refused.json()["code"]) == (409, "insufficient_stock")
    assert [item["sku"] for item in refused.json()["items"]] == ["SKU-1"]
    assert client.get(f"/api/v1/checkouts/{checkout['id']}").json() == checkout
    assert (stock_of("SKU-0"), stock_of("SKU-1")) == ((10, 8), (10, 0))
    assert replace(client, checkout, {"SKU-0": 10}).status_code == 200


def test_the_order_is_what_was_asked_for_last_and_the_cart_keeps_the_rest(
    client: APIClient,
) -> None:
    checkout = new_checkout(client, ["SKU-0", "SKU-1"], 2)
    replace(client, checkout, {"SKU-0": 3})

    assert complete(client, checkout).status_code == 201

    (line,) = Order.objects.get().lines.all()
    assert (line.sku, line.quantity) == ("SKU-0", 3)
    cart = client.get(f"/api/v1/carts/{checkout['cart_id']}").json()
    assert [(item["sku"], item["quantity"]) for item in cart["items"]] == [("SKU-1", 2)]
    now = timezone.now()
    assert [each.check for each in run_checks(declared_checks(), now=now) if each.violations] == []


def test_items_and_details_change_together_or_not_at_all(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])

    changed = replace(client, checkout, {"SKU-1": 1}, shipping_method="express")
    refused = replace(client, checkout, {"SKU-2": 1}, shipping_method="drone")

    assert changed.json()["totals"]["shipping"]["amount"] == 995
    assert refused.status_code == 400
    assert lines_of(client.get(f"/api/v1/checkouts/{checkout['id']}").json()) == {
        "SKU-1": (1, 1_001)
    }


def test_the_reservation_is_not_extended(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        changed = replace(client, checkout, {"SKU-1": 1}).json()
    assert changed["reservation_expires_at"] == checkout["reservation_expires_at"]
    assert Reservation.objects.get().expires_at == Checkout.objects.get().reservation_expires_at


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"items": []}, 400, "invalid_request"),
        ({"items": None}, 400, "invalid_request"),
        ({"items": [{"sku": "NONE", "quantity": 1}]}, 400, "unknown_sku"),
        ({"items": [{"sku": "SKU-0", "quantity": 0}]}, 400, "invalid_request"),
        ({"items": [{"sku": "SKU-0", "quantity": 5_000}] * 2}, 409, "cart_full"),
    ],
)
def test_what_cannot_be_sold_is_refused(
    client: APIClient, body: dict[str, Any], status: int, code: str
) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    refused = client.patch(f"/api/v1/checkouts/{checkout['id']}", body)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert client.get(f"/api/v1/checkouts/{checkout['id']}").json() == checkout


def test_a_checkout_that_has_ended_or_is_being_paid_keeps_its_lines(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    complete(client, checkout)
    assert replace(client, checkout, {"SKU-1": 1}).json()["code"] == "checkout_completed"

    client.credentials()
    paying = new_checkout(client, ["SKU-0"])
    complete(client, paying, payment={"provider": "test", "token": "tok_requires_action"})
    assert replace(client, paying, {"SKU-1": 1}).json()["code"] == "checkout_in_progress"

    client.credentials()
    lapsed = new_checkout(client, ["SKU-0"])
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        assert replace(client, lapsed, {"SKU-1": 1}).json()["code"] == "checkout_expired"


def test_without_an_email_address_no_more_is_held_than_at_the_beginning(client: APIClient) -> None:
    stock_variants(stock=3_000, prefix="BULK")
    begun = client.post("/api/v1/checkouts", {"items": [{"sku": "BULK-0", "quantity": 1}]}).json()
    client.credentials(HTTP_CART_TOKEN=begun["token"])

    refused = replace(client, begun, {"BULK-0": 2_000})

    assert (refused.status_code, refused.json()["code"]) == (409, "email_needed_to_reserve")
    assert stock_of("BULK-0") == (3_000, 1)


def test_every_short_sku_is_named_with_what_is_left(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0", "SKU-1"], 4)

    refused = replace(client, checkout, {"SKU-1": 11, "SKU-2": 10, "SKU-3": 12})

    assert (refused.status_code, refused.json()["code"]) == (409, "insufficient_stock")
    assert {item["sku"]: item["available"] for item in refused.json()["items"]} == {
        "SKU-1": 10, "SKU-3": 10
    }, "what the checkout itself holds counts as available to it"  # fmt: skip
    assert [stock_of(f"SKU-{number}") for number in range(4)] == [
        (10, 4), (10, 4), (10, 0), (10, 0)
    ]  # fmt: skip


def test_someone_elses_lines_are_not_found_and_stay(client: APIClient, client_of: Any) -> None:
    checkout = new_checkout(client, ["SKU-0"])

    for stranger in (client_of(), client_of(Role.SUPPORT)):
        refused = replace(stranger, checkout, {"SKU-1": 1})
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")

    assert client.get(f"/api/v1/checkouts/{checkout['id']}").json() == checkout
    assert (stock_of("SKU-0"), stock_of("SKU-1")) == ((10, 1), (10, 0))


def test_if_match_guards_the_lines(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    path, seen = f"/api/v1/checkouts/{checkout['id']}", {"If-Match": f'"{checkout["version"]}"'}
    body = {"items": [{"sku": "SKU-1", "quantity": 2}]}

    first, second = (client.patch(path, body, headers=seen) for _ in range(2))

    assert first.status_code == 200
    assert (second.status_code, second.json()["code"]) == (412, "version_mismatch")
    assert client.get(path).json() == first.json()


def test_a_repeated_change_is_replayed_and_takes_nothing_more(client: APIClient) -> None:
    checkout = new_checkout(client, ["SKU-0"])
    path, key = f"/api/v1/checkouts/{checkout['id']}", {"Idempotency-Key": "k"}
    body = {"items": [{"sku": "SKU-1", "quantity": 2}]}

    first, again = (client.patch(path, body, headers=key) for _ in range(2))

    assert (again.headers["Idempotent-Replayed"], again.json()) == ("true", first.json())
    assert (stock_of("SKU-0"), stock_of("SKU-1")) == ((10, 0), (10, 2))


def test_changed_lines_are_priced_anew_with_their_taxes(client: APIClient, settings: Any) -> None:
    settings.TAX_RATE = Decimal("0.2")
    checkout = new_checkout(client, ["SKU-0", "SKU-1"])

    changed = replace(client, checkout, {"SKU-1": 3}).json()

    (item,) = changed["items"]
    # 20 % of 30.03 and of 3.95, rounded once on the whole
    assert (item["tax"]["amount"], changed["totals"]["tax"]["amount"]) == (601, 680)
    assert [each["base"]["amount"] for each in changed["taxes"]] == [3_003 + 395]
    assert client.get(f"/api/v1/checkouts/{checkout['id']}").json() == changed

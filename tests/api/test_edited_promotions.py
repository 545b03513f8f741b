"""What promotions take off an order that is edited, and who uses them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from core.db.invariants import declared_checks, run_checks
from orders.models import Order
from pricing.models import Promotion, Redemption
from tests.promotions import enter, offer
from tests.shop import complete, new_checkout, offer_shipping, stock_variants

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]
FORTY_POUNDS = {"min_subtotal": {"amount": 4_000, "currency": "GBP"}}


@pytest.fixture(autouse=True)
def skus() -> list[str]:
    offer_shipping()
    return stock_variants(2, stock=20)


def order_with(client: APIClient, code: str, quantity: int) -> str:
    checkout = new_checkout(client, ["SKU-0"], quantity)
    assert enter(client, "checkouts", checkout, code).status_code == 200
    return str(complete(client, checkout).json()["order"]["number"])


def edit(staff: APIClient, number: str, **units: int) -> Any:
    items = [{"sku": f"SKU-{name[1:]}", "quantity": count} for name, count in units.items()]
    return staff.post(f"/api/v1/orders/{number}/edits", {"items": items}).json()


def discount_of(number: str) -> tuple[int, int]:
    """What is taken off, and how often a promotion was used."""
    order = Order.objects.get(number=number)
    assert [found for found in run_checks(declared_checks(), now=timezone.now())
            if found.violations] == []  # fmt: skip
    return order.discount, Redemption.objects.filter(order=order).count()


def test_a_code_takes_its_part_off_what_is_left_and_counts_as_used_once(
    client: APIClient, client_of: ClientOf
) -> None:
    offer("TEN", usage_limit=1)
    number, staff = order_with(client, "TEN", 4), client_of(Role.SUPPORT)
    assert discount_of(number) == (400, 1)
    for units, taken_off in (({"s0": 2}, 200), ({"s0": 2, "s1": 4}, 600)):
        edit(staff, number, **units)
        assert discount_of(number) == (taken_off, 1)


def test_a_use_is_given_back_when_its_condition_holds_no_more_and_taken_when_it_does(
    client: APIClient, client_of: ClientOf
) -> None:
    offer("TEN", conditions=FORTY_POUNDS, usage_limit=1)
    number, staff = order_with(client, "TEN", 4), client_of(Role.SUPPORT)
    for count, expected in ((3, (0, 0)), (5, (500, 1)), (3, (0, 0))):
        edit(staff, number, s0=count)
        assert discount_of(number) == expected
    someone_else = APIClient()
    someone_else.default_format = "json"
    other = order_with(someone_else, "TEN", 4)  # the slot is free
    assert discount_of(other) == (400, 1)
    edit(staff, number, s0=5)
    assert discount_of(number) == (0, 0)


def test_promotions_count_as_they_did_when_the_order_was_placed(
    client: APIClient, client_of: ClientOf
) -> None:
    promotion = Promotion.objects.filter(pk=offer("TEN"))
    number, staff = order_with(client, "TEN", 2), client_of(Role.SUPPORT)
    began = timezone.now() - timedelta(days=1)
    promotion.update(starts_at=began, ends_at=timezone.now())
    edit(staff, number, s0=3)
    assert discount_of(number) == (300, 1)
    offer()  # of today, by itself: not of the day of the order
    edit(staff, number, s0=4)
    assert discount_of(number) == (400, 1)


def test_a_promotion_that_was_switched_off_is_told_of_by_the_preview_and_applies_no_longer(
    client: APIClient, client_of: ClientOf
) -> None:
    promotion = Promotion.objects.filter(pk=offer("TEN"))
    number, staff = order_with(client, "TEN", 2), client_of(Role.SUPPORT)
    promotion.update(active=False)
    body = {"items": [{"sku": "SKU-0", "quantity": 1}]}
    told = staff.post(f"/api/v1/orders/{number}/edits/preview", body).json()
    assert told["totals"]["discount"]["amount"] == 0
    edit(staff, number, s0=1)
    assert discount_of(number) == (0, 0)

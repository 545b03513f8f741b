"""What products say of a reduced price, and the history that it is read from."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from accounts.models import CustomerGroup
from catalog.domain import NewListPrice
from catalog.models import Price, PriceChange, Variant
from catalog.services import add_list_prices
from core.money import Money
from tests.catalog import product, variant
from tests.prices import new_list

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]


@pytest.fixture
def manager(client_of: ClientOf) -> APIClient:
    product("Mug", variant("MUG", 1_000, EUR=1_200))
    return client_of(Role.MANAGER)


def pounds(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "GBP"}


def shown(client: APIClient, currency: str = "GBP") -> tuple[int | None, ...]:
    """The price of the mug, what it is compared with, and the lowest before, the same in both."""
    single = client.get("/api/v1/products/mug", {"currency": currency}).json()
    page = client.get("/api/v1/products", {"currency": currency}).json()["results"]
    assert single in page
    its = single["variants"][0]
    names = ("price", "compare_at_price", "lowest_price_30_days")
    return tuple(its[name] and its[name]["amount"] for name in names)


def change(manager: APIClient, **body: Any) -> Any:
    response = manager.patch("/api/v1/variants/MUG", body)
    assert response.status_code == 200, response.content
    return response.json()


def changes(currency: str = "GBP") -> list[tuple[int | None, int | None]]:
    rows = PriceChange.objects.filter(currency=currency).order_by("starts_at")
    return list(rows.values_list("amount", "compare_at"))


def remember(*prices: tuple[int, int | None]) -> None:
    """Former prices of the mug: (days ago, amount)."""
    mug = Variant.objects.get(sku="MUG")
    for days, amount in prices:
        since = timezone.now() - timedelta(days=days)
        PriceChange.objects.create(variant=mug, currency="GBP", amount=amount, starts_at=since)


def test_a_reduction_shows_what_it_is_from_and_the_lowest_price_before(manager: APIClient) -> None:
    assert shown(manager) == (1_000, None, None)
    body = change(manager, price=pounds(800), compare_at_price=pounds(1_000))
    assert body["lowest_price_30_days"] == pounds(1_000)
    assert shown(manager) == (800, 1_000, 1_000)
    assert shown(manager, "EUR") == (1_200, None, None)


def test_the_lowest_price_is_not_the_last_one(manager: APIClient) -> None:
    remember((100, 500), (40, 700), (20, 900))
    change(manager, price=pounds(800), compare_at_price=pounds(1_000))
    assert shown(manager) == (800, 1_000, 700)


def test_a_lower_price_without_an_announcement_is_no_reduction(manager: APIClient) -> None:
    change(manager, price=pounds(800))
    assert shown(manager) == (800, None, None)


def test_what_a_price_is_compared_with_can_be_set_and_removed_alone(manager: APIClient) -> None:
    change(manager, compare_at_price=pounds(1_300))
    change(manager, compare_at_price={"amount": 1_400, "currency": "EUR"})
    assert shown(manager) == (1_000, 1_300, 1_000)
    change(manager, price=pounds(1_100))
    assert shown(manager) == (1_100, 1_300, 1_000)
    change(manager, compare_at_price=None)
    assert shown(manager) == (1_100, None, None)
    assert shown(manager, "EUR") == (1_200, None, None)


def test_a_price_that_has_risen_above_is_not_compared(manager: APIClient) -> None:
    change(manager, price=pounds(800), compare_at_price=pounds(1_000))
    change(manager, price=pounds(1_000))
    assert shown(manager) == (1_000, None, None)


def test_a_price_in_another_currency_cannot_be_compared(manager: APIClient) -> None:
    dollars = {"amount": 1_300, "currency": "USD"}
    refused = manager.patch("/api/v1/variants/MUG", {"compare_at_price": dollars})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["code"] == "price_missing"
    body = {"sku": "JUG", "price": pounds(1), "compare_at_price": dollars}
    refused = manager.post("/api/v1/products/mug/variants", body)
    assert refused.json()["errors"][0]["pointer"] == "/compare_at_price"
    assert not Variant.objects.filter(sku="JUG").exists()


def test_a_new_variant_can_be_compared_but_has_no_price_before(manager: APIClient) -> None:
    body = {"sku": "JUG", "price": pounds(500), "compare_at_price": pounds(600)}
    created = manager.post("/api/v1/products/mug/variants", body).json()
    assert created["compare_at_price"] == pounds(600)
    assert created["lowest_price_30_days"] is None


def test_every_write_of_a_price_is_one_row_of_its_history(manager: APIClient) -> None:
    mug = Variant.objects.get(sku="MUG")
    change(manager, price=pounds(800), compare_at_price=pounds(1_000))
    change(manager, price=pounds(800))
    Price.objects.filter(variant=mug, currency="GBP").update(amount=750)
    Price.objects.filter(variant=mug, currency="GBP").update(amount=750)
    Price.objects.filter(variant=mug, currency="GBP").update(currency="USD")
    Price.objects.filter(variant=mug, currency="USD").delete()
    assert changes() == [(1_000, None), (800, 1_000), (750, 1_000), (None, None)]
    assert changes("USD") == [(750, 1_000), (None, None)]
    assert changes("EUR") == [(1_200, None)]


def test_a_history_is_in_order_even_when_the_clock_goes_back(manager: APIClient) -> None:
    mug = Variant.objects.get(sku="MUG")
    ahead = timezone.now() + timedelta(days=2)
    PriceChange.objects.create(variant=mug, currency="GBP", amount=900, starts_at=ahead)
    change(manager, price=pounds(800))
    last = PriceChange.objects.filter(currency="GBP").latest("starts_at")
    assert (last.amount, last.starts_at) == (800, ahead + timedelta(microseconds=1))


def test_nobody_rewrites_the_history(manager: APIClient) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        PriceChange.objects.update(amount=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        PriceChange.objects.all().delete()


def test_a_list_for_everyone_is_what_everyone_sees(manager: APIClient) -> None:
    new_list("sale", {"MUG": {1: 700, 10: 600}})
    assert shown(manager) == (700, 1_000, 1_000)
    assert shown(manager, "EUR") == (1_200, None, None)


def test_what_a_list_for_everyone_with_another_tax_has_not_is_shown_without_a_price(
    manager: APIClient,
) -> None:
    product("Jug", variant("JUG", 500))
    new_list("net", {"JUG": 400}, tax_included=True)
    assert shown(manager) == (None, None, None)
    refused = manager.post("/api/v1/carts", {"items": [{"sku": "MUG", "quantity": 1}]})
    assert refused.json()["code"] == "currency_mismatch"


def test_a_price_that_is_backdated_behind_another_is_never_asked(manager: APIClient) -> None:
    new_list("sale", {"MUG": 700})
    before = timezone.now() - timedelta(days=3)
    prices = [NewListPrice("MUG", Money(600, "GBP"), starts_at=before)]
    add_list_prices(code="sale", prices=prices, now=timezone.now())
    assert shown(manager) == (700, 1_000, 1_000)


def test_a_list_for_a_group_is_not_shown_to_everyone(manager: APIClient) -> None:
    new_list("sale", {"MUG": 700}, customer_group="")
    manager.patch("/api/v1/price-lists/sale", {"active": False})
    CustomerGroup.objects.create(code="trade", title="Trade")
    new_list("trade", {"MUG": 500}, customer_group="trade")
    assert shown(manager) == (1_000, None, None)


def test_a_sale_that_has_ended_is_the_lowest_price_of_the_next(manager: APIClient) -> None:
    new_list("flash", {"MUG": 600})
    manager.delete("/api/v1/price-lists/flash")
    assert shown(manager) == (1_000, None, None)
    new_list("sale", {"MUG": 800})
    assert shown(manager) == (800, 1_000, 600)


def test_a_price_that_is_backdated_was_not_asked_before(manager: APIClient) -> None:
    new_list("sale", {"MUG": 700}, starts_at=timezone.now() - timedelta(days=10))
    assert shown(manager) == (700, 1_000, 1_000)


@pytest.mark.django_db(transaction=True)
def test_a_cached_page_shows_a_price_from_its_moment_on(client: APIClient) -> None:
    product("Mug", variant("MUG", 1_000))
    begins: datetime = timezone.now() + timedelta(seconds=1)
    new_list("sale", {"MUG": 700}, starts_at=begins)
    before = client.get("/api/v1/products/mug")
    assert before.json()["variants"][0]["price"]["amount"] == 1_000
    unchanged = client.get("/api/v1/products/mug", headers={"If-None-Match": before["ETag"]})
    assert unchanged.status_code == 304

    time.sleep(max(0, (begins - timezone.now()).total_seconds()) + 0.02)

    after = client.get("/api/v1/products/mug", headers={"If-None-Match": before["ETag"]})
    assert after.json()["variants"][0]["price"]["amount"] == 700


@pytest.mark.parametrize("count", [1, 50])
def test_statements_do_not_grow_with_the_number_of_variants(
    client: APIClient, count: int, assert_statements: Any
) -> None:
    product("Mug", *(variant(f"MUG-{number}", 1_000) for number in range(count)))
    # The clock of the cache, the product and its variants.
    with assert_statements(3):
        client.get("/api/v1/products/mug")
    Price.objects.update(compare_at=1_200)
    with assert_statements(4):
        client.get("/api/v1/products/mug")
    new_list("sale", {f"MUG-{number}": 900 for number in range(count)})
    with assert_statements(6):
        client.get("/api/v1/products/mug")

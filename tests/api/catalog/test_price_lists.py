"""Price lists over HTTP: what managers write, and what bad input gets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from accounts.models import CustomerGroup
from catalog.models import ListPrice
from pricing.models import PriceList, PriceListChange
from pricing.selectors import pricing_rules
from tests.prices import new_list
from tests.shop import stock_variants

pytestmark = pytest.mark.django_db
PATH = "/api/v1/price-lists"
EUROS = {"amount": 900, "currency": "EUR"}
TOO_HIGH = {"amount": 10**12 + 1, "currency": "GBP"}
BODY = {"code": "trade", "title": "Trade", "currency": "GBP"}


@pytest.fixture
def manager(client_of: Callable[..., APIClient]) -> APIClient:
    stock_variants(3)
    return client_of(Role.MANAGER)


def row(**values: Any) -> dict[str, Any]:
    return {"sku": "SKU-0", "price": {"amount": 900, "currency": "GBP"}} | values


def add(manager: APIClient, *rows: Any, code: str = "trade") -> Any:
    return manager.post(f"{PATH}/{code}/prices", {"prices": rows})


def problem(response: Any) -> tuple[int, str, list[tuple[str, str]]]:
    body = response.json()
    errors = [(error["pointer"], error["code"]) for error in body.get("errors", [])]
    return response.status_code, body["code"], errors


def test_a_list_is_created_read_changed_and_ended(manager: APIClient) -> None:
    CustomerGroup.objects.create(code="trade", title="Trade")
    created = manager.post(PATH, {**BODY, "customer_group": "trade", "priority": 5})
    assert created.status_code == 201, created.content
    assert created.headers["Location"] == f"{PATH}/trade"
    assert created.json() == {
        **BODY,
        "customer_group": "trade",
        "tax_included": None,
        "priority": 5,
        "starts_at": None,
        "ends_at": None,
        "active": True,
    }

    changed = manager.patch(f"{PATH}/trade", {"customer_group": "", "tax_included": True})
    assert (changed.status_code, changed.json()["customer_group"]) == (200, "")
    assert manager.get(f"{PATH}/trade").json() == changed.json()
    assert [each["code"] for each in manager.get(PATH).json()["results"]] == ["trade"]

    assert manager.delete(f"{PATH}/trade").status_code == 204
    assert manager.get(f"{PATH}/trade").status_code == 404
    assert manager.get(PATH).json()["results"] == []
    assert manager.delete(f"{PATH}/trade").status_code == 404
    assert manager.post(PATH, BODY).status_code == 201


@pytest.mark.parametrize("role", [None, Role.CUSTOMER, Role.SUPPORT, Role.FULFILLMENT])
def test_only_managers_see_and_change_price_lists(
    client: APIClient, client_of: Callable[..., APIClient], role: Role | None
) -> None:
    caller, refused = (client_of(role), 403) if role else (client, 401)
    assert caller.get(PATH).status_code == refused
    assert caller.post(PATH, BODY).status_code == refused
    assert add(caller, row()).status_code == refused


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"code": ""}, "/code", "blank"),
        ({"code": "a b"}, "/code", "invalid"),
        ({"code": "x" * 51}, "/code", "max_length"),
        ({"currency": "XXX"}, "/currency", "unknown_currency"),
        ({"priority": 32_768}, "/priority", "max_value"),
        ({"priority": "1"}, "/priority", "invalid"),
        ({"tax_included": "yes"}, "/tax_included", "invalid"),
        ({"starts_at": "soon"}, "/starts_at", "invalid"),
        ({"customer_group": "nobody"}, "/customer_group", "unknown_customer_group"),
        ({"price": 1}, "/price", "unknown_field"),
        (
            {"starts_at": "2027-01-02T00:00:00Z", "ends_at": "2027-01-01T00:00:00Z"},
            "/ends_at",
            "dates_reversed",
        ),
        (
            {"starts_at": "2027-01-01T00:00:00Z", "ends_at": "2027-01-01T00:00:00Z"},
            "/ends_at",
            "dates_reversed",
        ),
    ],
)
def test_a_bad_list_is_refused_where_it_is_bad(
    manager: APIClient, change: dict[str, Any], pointer: str, code: str
) -> None:
    status, _, errors = problem(manager.post(PATH, BODY | change))
    assert (status, errors) == (400, [(pointer, code)])
    assert not PriceList.objects.exists()


def test_a_change_is_checked_together_with_what_stays(manager: APIClient) -> None:
    manager.post(PATH, {**BODY, "starts_at": "2027-01-02T00:00:00Z"})
    response = manager.patch(f"{PATH}/trade", {"ends_at": "2027-01-01T00:00:00Z"})
    assert problem(response) == (400, "dates_reversed", [("/ends_at", "dates_reversed")])


def test_two_lists_have_two_codes(manager: APIClient) -> None:
    manager.post(PATH, BODY)
    assert problem(manager.post(PATH, BODY))[:2] == (409, "code_taken")


def test_what_a_list_said_is_kept_when_it_is_changed_or_deleted(manager: APIClient) -> None:
    manager.post(PATH, BODY)
    manager.patch(f"{PATH}/trade", {"priority": 3})
    manager.delete(f"{PATH}/trade")
    said = PriceListChange.objects.values_list("priority", "active")
    assert list(said) == [(0, True), (3, True), (3, False)]
    with pytest.raises(DatabaseError), transaction.atomic():
        PriceListChange.objects.update(priority=7)


def test_prices_are_added_all_at_once_and_read_in_pages(manager: APIClient) -> None:
    manager.post(PATH, BODY)
    later = "2027-01-01T00:00:00Z"
    added = add(
        manager,
        row(),
        row(min_quantity=10, price={"amount": 800, "currency": "GBP"}),
        row(sku="SKU-1", price=None, starts_at=later),
    )
    assert added.status_code == 201, added.content
    prices = added.json()["prices"]
    assert [(each["sku"], each["min_quantity"], each["price"]) for each in prices] == [
        ("SKU-0", 1, {"amount": 900, "currency": "GBP"}),
        ("SKU-0", 10, {"amount": 800, "currency": "GBP"}),
        ("SKU-1", 1, None),
    ]
    assert prices[2]["starts_at"] == later

    page = manager.get(f"{PATH}/trade/prices", {"limit": 2}).json()
    rest = manager.get(page["next"]).json()
    assert page["results"] + rest["results"] == prices


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"sku": "NONE"}, "/prices/1/sku", "unknown_sku"),
        ({"sku": ""}, "/prices/1/sku", "blank"),
        ({"price": EUROS}, "/prices/1/price/currency", "currency_mismatch"),
        ({"price": {"amount": -1, "currency": "GBP"}}, "/prices/1/price/amount", "min_value"),
        ({"price": TOO_HIGH}, "/prices/1/price/amount", "max_value"),
        ({"price": 900}, "/prices/1/price", "invalid"),
        ({"price": {"amount": 9.5, "currency": "GBP"}}, "/prices/1/price/amount", "invalid"),
        ({"min_quantity": 0}, "/prices/1/min_quantity", "min_value"),
        ({"min_quantity": 10_000}, "/prices/1/min_quantity", "max_value"),
        ({"sku": "SKU-1"}, "/prices/1/sku", "duplicate"),
    ],
)  # fmt: skip
def test_one_bad_price_keeps_all_of_them_out(
    manager: APIClient, change: dict[str, Any], pointer: str, code: str
) -> None:
    manager.post(PATH, BODY)
    response = add(manager, row(sku="SKU-1"), row(**change))
    status, _, errors = problem(response)
    assert (status, errors) == (400, [(pointer, code)])
    assert not ListPrice.objects.exists()


@pytest.mark.parametrize("prices", [[], [row()] * 1_001, {}, None])
def test_no_prices_and_too_many_are_refused(manager: APIClient, prices: Any) -> None:
    manager.post(PATH, BODY)
    assert manager.post(f"{PATH}/trade/prices", {"prices": prices}).status_code == 400


def test_a_price_that_is_there_already_is_a_conflict(manager: APIClient) -> None:
    manager.post(PATH, BODY)
    moment = "2027-01-01T00:00:00Z"
    assert add(manager, row(starts_at=moment)).status_code == 201
    again = add(manager, row(starts_at=moment, price={"amount": 1, "currency": "GBP"}))
    assert problem(again)[:2] == (409, "price_taken")
    assert ListPrice.objects.get().amount == 900


def test_prices_of_a_list_that_is_not_there(manager: APIClient) -> None:
    for code in ("none", "no%00ne"):
        assert add(manager, row(), code=code).status_code == 404
        assert manager.get(f"{PATH}/{code}/prices").status_code == 404
        assert manager.patch(f"{PATH}/{code}", {"priority": 1}).status_code == 404


def test_a_price_to_come_is_deleted_and_one_in_force_is_not(manager: APIClient) -> None:
    manager.post(PATH, BODY)
    coming, begun = add(manager, row(starts_at="2027-01-01T00:00:00Z"), row(min_quantity=2)).json()[
        "prices"
    ]

    assert manager.delete(f"{PATH}/trade/prices/{coming['id']}").status_code == 204
    refused = manager.delete(f"{PATH}/trade/prices/{begun['id']}")
    assert problem(refused)[:2] == (409, "price_in_force")
    assert manager.delete(f"{PATH}/trade/prices/{coming['id']}").status_code == 404


def test_the_database_lets_nobody_rewrite_a_price_that_has_begun() -> None:
    stock_variants(1)
    new_list("sale", {"SKU-0": 900})
    with pytest.raises(DatabaseError), transaction.atomic():
        ListPrice.objects.update(amount=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        ListPrice.objects.all().delete()


def test_a_retried_request_adds_its_prices_once(manager: APIClient) -> None:
    manager.post(PATH, BODY)
    path, headers = f"{PATH}/trade/prices", {"Idempotency-Key": "k"}
    first = manager.post(path, {"prices": [row()]}, headers=headers)
    again = manager.post(path, {"prices": [row()]}, headers=headers)
    assert first.json() == again.json()
    assert ListPrice.objects.count() == 1


def test_many_prices_take_as_many_statements_as_one(
    manager: APIClient, assert_statements: Any
) -> None:
    stock_variants(300, prefix="MANY")
    manager.post(PATH, BODY)
    rows = [row(sku=f"MANY-{number}") for number in range(300)]
    with assert_statements(4):
        assert add(manager, row()).status_code == 201
    with assert_statements(4):
        assert add(manager, *rows).status_code == 201


def test_an_ended_list_is_read_no_more() -> None:
    new_list("past", ends_at=timezone.now() - timedelta(days=1))
    new_list("now", ends_at=timezone.now() + timedelta(days=1))
    new_list("off", active=False)
    assert [each.code for each in pricing_rules().price_lists] == ["now"]

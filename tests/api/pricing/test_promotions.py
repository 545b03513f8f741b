"""Promotions over HTTP, for managers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.domain import Role
from core.ids import uuid7
from pricing.models import Promotion, PromotionCode, Redemption, Slot
from tests.promotions import TEN_PERCENT, enter, offer
from tests.shop import new_cart, new_checkout, new_order, offer_shipping, stock_variants

pytestmark = pytest.mark.django_db
URL = "/api/v1/promotions"


@pytest.fixture
def manager(client_of: Callable[..., APIClient]) -> APIClient:
    return client_of(Role.MANAGER)


def new_guest() -> APIClient:
    client = APIClient()
    client.default_format = "json"
    return client


def create(manager: APIClient, **values: Any) -> dict[str, Any]:
    response = manager.post(URL, {"title": "Ten off", "action": TEN_PERCENT, **values})
    assert response.status_code == 201, response.content
    assert response.headers["Location"] == f"{URL}/{response.json()['id']}"
    return dict(response.json())


def test_a_promotion_is_kept_as_it_was_written(manager: APIClient) -> None:
    created = create(
        manager,
        conditions={"min_subtotal": {"amount": 5_000, "currency": "GBP"}, "skus": ["A"]},
        codes=["WELCOME10", "Hallo"],
        usage_limit=100,
        per_customer_limit=1,
        starts_at="2026-12-01T00:00:00Z",
        ends_at="2027-01-01T00:00:00Z",
        priority=5,
        exclusive=True,
        combines_with=["shipping"],
    )

    assert created == manager.get(f"{URL}/{created['id']}").json()
    assert created | {"id": "", "created_at": ""} == {
        "id": "",
        "title": "Ten off",
        "action": TEN_PERCENT,
        "conditions": {"min_subtotal": {"amount": 5_000, "currency": "GBP"}, "skus": ["A"]},
        "codes": ["WELCOME10", "Hallo"],
        "automatic": False,
        "usage_limit": 100,
        "per_customer_limit": 1,
        "starts_at": "2026-12-01T00:00:00Z",
        "ends_at": "2027-01-01T00:00:00Z",
        "priority": 5,
        "exclusive": True,
        "combines_with": ["shipping"],
        "active": True,
        "used": 0,
        "held": 0,
        "created_at": "",
    }


def test_without_codes_it_applies_by_itself_and_combines_with_all(manager: APIClient) -> None:
    created = create(manager)

    assert created["automatic"] is True
    assert created["combines_with"] == ["product", "order", "shipping"]


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.SUPPORT, Role.FULFILLMENT])
def test_others_than_managers_are_refused(
    client_of: Callable[..., APIClient], client: APIClient, role: Role
) -> None:
    promotion = offer()
    for path in (URL, f"{URL}/{promotion}", f"{URL}/{promotion}/codes"):
        assert client_of(role).get(path).status_code == 403
        assert client.get(path).status_code == 401
    assert client_of(role).post(f"{URL}/{promotion}/codes", {"count": 1}).status_code == 403
    assert client_of(role).delete(f"{URL}/{promotion}").status_code == 403


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"title": ""}, "/title"),
        ({"title": "x" * 201}, "/title"),
        ({"action": None}, "/action"),
        ({"action": {"type": "gift"}}, "/action/type"),
        ({"action": {"type": "percent", "percent": "101"}}, "/action/percent"),
        ({"action": {"type": "percent", "percent": 10}}, "/action/percent"),
        ({"action": TEN_PERCENT | {"color": "red"}}, "/action/color"),
        ({"action": {"type": "amount", "amount": {"amount": -1, "currency": "GBP"}}},
         "/action/amount/amount"),
        ({"action": {"type": "amount", "amount": {"amount": 10**15, "currency": "GBP"}}},
         "/action/amount/amount"),
        ({"conditions": {"weekdays": [8]}}, "/conditions/weekdays/0"),
        ({"conditions": {"moon": "full"}}, "/conditions/moon"),
        ({"conditions": {"skus": ["x"] * 1_001}}, "/conditions/skus"),
        ({"codes": ["FINE", "TWO WORDS"]}, "/codes/1"),
        ({"codes": ["🎉"]}, "/codes/0"),
        ({"codes": ["x" * 65]}, "/codes/0"),
        ({"codes": ["x"] * 101}, "/codes"),
        ({"codes": ["A"], "automatic": True}, "/automatic"),
        ({"usage_limit": 0}, "/usage_limit"),
        ({"usage_limit": 10**10}, "/usage_limit"),
        ({"per_customer_limit": -1}, "/per_customer_limit"),
        ({"priority": 10**6}, "/priority"),
        ({"combines_with": ["everything"]}, "/combines_with/0"),
        ({"starts_at": "2027-01-01T00:00:00Z", "ends_at": "2026-01-01T00:00:00Z"}, "/ends_at"),
        ({"starts_at": "soon"}, "/starts_at"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_saved(
    manager: APIClient, values: dict[str, Any], pointer: str
) -> None:
    response = manager.post(URL, {"title": "Ten off", "action": TEN_PERCENT, **values})

    assert response.status_code == 400, response.content
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    assert not Promotion.objects.exists()
    assert not PromotionCode.objects.exists()

    promotion = offer("KEPT")
    assert manager.patch(f"{URL}/{promotion}", values).status_code == 400
    assert Promotion.objects.get().codes.get().code == "KEPT"


def test_a_code_that_another_promotion_has_is_refused(manager: APIClient) -> None:
    create(manager, codes=["WELCOME10"])

    response = manager.post(
        URL, {"title": "Other", "action": TEN_PERCENT, "codes": ["NEW", "welcome10"]}
    )

    assert (response.status_code, response.json()["code"]) == (409, "code_taken")
    assert response.json()["errors"][0]["pointer"] == "/codes/1"
    assert Promotion.objects.count() == 1


def test_what_a_change_names_is_changed_and_nothing_else(manager: APIClient) -> None:
    created = create(manager, codes=["A", "B"], usage_limit=5)

    changed = manager.patch(
        f"{URL}/{created['id']}", {"title": "Other", "codes": ["b", "C"], "usage_limit": None}
    ).json()

    assert changed == created | {"title": "Other", "codes": ["b", "C"], "usage_limit": None}
    by_itself = manager.patch(f"{URL}/{created['id']}", {"codes": []}).json()
    assert (by_itself["codes"], by_itself["automatic"]) == ([], True)


def test_a_code_that_comes_back_has_been_used_still(manager: APIClient) -> None:
    offer_shipping()
    stock_variants(1)
    promotion = offer("A")
    guest = new_guest()
    checkout = new_checkout(guest, ["SKU-0"])
    enter(guest, "checkouts", checkout, "A")

    manager.patch(f"{URL}/{promotion}", {"codes": ["B"]})
    manager.patch(f"{URL}/{promotion}", {"codes": ["a"]})

    [code] = manager.get(f"{URL}/{promotion}/codes").json()["results"]
    assert (code["code"], code["used"], code["held"]) == ("a", 0, 1)


def test_usage_is_told(manager: APIClient) -> None:
    offer_shipping()
    stock_variants(1)
    promotion = offer()
    new_order(new_guest(), ["SKU-0"])
    new_checkout(new_guest(), ["SKU-0"])

    shown = manager.get(f"{URL}/{promotion}").json()
    listed = manager.get(URL).json()["results"]

    assert (shown["used"], shown["held"]) == (1, 1)
    assert listed == [shown]


def test_codes_are_made_up_in_bulk_for_one_use_each(
    manager: APIClient, assert_statements: Any
) -> None:
    created = create(manager)

    with assert_statements(4):
        response = manager.post(f"{URL}/{created['id']}/codes", {"count": 10_000, "prefix": "SUN"})

    assert response.status_code == 201, response.content
    codes = response.json()["codes"]
    assert len(set(codes)) == 10_000
    assert all(code.startswith("SUN-") for code in codes)
    assert set(PromotionCode.objects.values_list("usage_limit", "generated")) == {(1, True)}
    assert manager.get(f"{URL}/{created['id']}").json()["automatic"] is False
    page = manager.get(f"{URL}/{created['id']}/codes?limit=100").json()
    assert [code["code"] for code in page["results"]] == codes[:100]
    assert page["next"] is not None


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"count": 0}, "/count"),
        ({"count": 10_001}, "/count"),
        ({"count": "5"}, "/count"),
        ({}, "/count"),
        ({"count": 1, "prefix": "TWO WORDS"}, "/prefix"),
        ({"count": 1, "prefix": "x" * 21}, "/prefix"),
    ],
)
def test_a_wrong_order_of_codes_is_refused(
    manager: APIClient, body: dict[str, Any], pointer: str
) -> None:
    response = manager.post(f"{URL}/{offer()}/codes", body)

    assert response.status_code == 400
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    assert not PromotionCode.objects.exists()


def test_a_deleted_promotion_frees_its_codes_and_its_orders_keep_it(manager: APIClient) -> None:
    offer_shipping()
    stock_variants(1)
    promotion = offer("WELCOME10")
    guest = new_guest()
    cart = new_cart(guest, ["SKU-0"])
    enter(guest, "carts", cart, "WELCOME10")

    assert manager.delete(f"{URL}/{promotion}").status_code == 204

    assert manager.get(f"{URL}/{promotion}").status_code == 404
    assert manager.delete(f"{URL}/{promotion}").status_code == 404
    assert manager.get(f"{URL}/{promotion}/codes").status_code == 404
    assert manager.get(URL).json()["results"] == []
    shown = guest.get(f"/api/v1/carts/{cart['id']}").json()
    assert shown["coupons"][0]["reason"] == "unknown_code"
    create(manager, codes=["welcome10"])


def test_an_inactive_promotion_does_not_apply_and_its_code_says_so(manager: APIClient) -> None:
    stock_variants(1)
    promotion = offer("WELCOME10")
    manager.patch(f"{URL}/{promotion}", {"active": False})
    guest = new_guest()

    shown = enter(guest, "carts", new_cart(guest, ["SKU-0"]), "WELCOME10").json()

    assert shown["coupons"][0]["reason"] == "not_active"


def test_a_lowered_limit_counts_what_was_used(manager: APIClient) -> None:
    offer_shipping()
    stock_variants(1)
    promotion = offer()
    for _ in range(2):
        new_order(new_guest(), ["SKU-0"])
    canceled = new_guest()
    number = new_order(canceled, ["SKU-0"])["number"]
    assert not Slot.objects.exists()

    manager.patch(f"{URL}/{promotion}", {"usage_limit": 3})
    assert (
        new_order(new_guest(), ["SKU-0"], email="a@b.example")["totals"]["discount"]["amount"] == 0
    )
    canceled.post(f"/api/v1/orders/{number}/cancel")
    manager.patch(f"{URL}/{promotion}", {"usage_limit": 2})

    assert new_checkout(new_guest(), ["SKU-0"])["totals"]["discount"]["amount"] == 0
    manager.patch(f"{URL}/{promotion}", {"usage_limit": 3})
    assert new_checkout(new_guest(), ["SKU-0"])["totals"]["discount"]["amount"] == 100
    assert Redemption.objects.count() == Slot.objects.count() == 3


def test_what_is_not_there_is_not_found(manager: APIClient) -> None:
    path = f"{URL}/{uuid7()}"

    assert manager.get(path).status_code == 404
    assert manager.patch(path, {"title": "X"}).status_code == 404
    assert manager.delete(path).status_code == 404
    assert manager.post(f"{path}/codes", {"count": 1}).status_code == 404


def test_a_repeated_creation_makes_one(manager: APIClient) -> None:
    body = {"title": "Ten off", "action": TEN_PERCENT}
    first, second = (manager.post(URL, body, headers={"Idempotency-Key": "k"}) for _ in range(2))

    assert first.json() == second.json()
    assert Promotion.objects.count() == 1

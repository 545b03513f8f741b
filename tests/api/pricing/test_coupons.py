"""Codes that buyers enter in carts and checkouts, and what is said of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from carts.models import Cart
from catalog.models import Category, Product
from core.ids import uuid7
from pricing.models import Redemption, Slot
from tests.promotions import enter, offer, take_out
from tests.shop import (
    DETAILS,
    complete,
    items,
    new_cart,
    new_checkout,
    new_order,
    offer_shipping,
    stock_variants,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop(db: None) -> None:
    offer_shipping()
    stock_variants(3)


def money(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "GBP"}


def new_guest() -> APIClient:
    client = APIClient()
    client.default_format = "json"
    return client


def begin(client: APIClient, cart: dict[str, Any], **details: Any) -> Any:
    return client.post("/api/v1/checkouts", {"cart_id": cart["id"], **DETAILS, **details})


def test_a_code_applies_to_a_cart_and_says_to_what(client: APIClient) -> None:
    promotion = offer("WELCOME10")
    cart = new_cart(client, ["SKU-0", "SKU-1"])

    body = enter(client, "carts", cart, " welcome10 ").json()

    allocations = [{"sku": "SKU-0", "amount": money(100)}, {"sku": "SKU-1", "amount": money(100)}]
    assert body["coupons"] == [
        {
            "code": "welcome10",
            "applied": True,
            "amount": money(200),
            "allocations": allocations,
        }
    ]
    assert body["promotions"] == {
        "submitted": ["welcome10"],
        "applied": [
            {
                "id": str(promotion),
                "title": "Ten off",
                "code": "welcome10",
                "amount": money(200),
                "allocations": allocations,
            }
        ],
        "rejected": [],
        "near": [],
    }
    assert body["totals"]["discount"] == money(200)
    assert [line["discount"] for line in body["items"]] == [money(100), money(100)]
    assert [line["total"] for line in body["items"]] == [money(900), money(901)]
    assert body["items"][0]["discounts"] == [
        {
            "promotion": str(promotion),
            "title": "Ten off",
            "code": "welcome10",
            "amount": money(100),
        }
    ]
    assert body["version"] == cart["version"] + 1


def test_an_unknown_code_is_kept_and_said_not_to_apply(client: APIClient) -> None:
    cart = new_cart(client, ["SKU-0"])

    response = enter(client, "carts", cart, "NOSUCHCODE")

    assert response.status_code == 200
    assert response.json()["coupons"] == [
        {
            "code": "NOSUCHCODE",
            "applied": False,
            "reason": "unknown_code",
            "detail": "There is no code NOSUCHCODE.",
        }
    ]
    assert response.json()["totals"]["discount"] == money(0)


def test_a_code_counts_once_however_it_is_spelled(client: APIClient) -> None:
    offer("WELCOME10")
    cart = new_cart(client, ["SKU-0"])
    enter(client, "carts", cart, "WELCOME10")

    body = enter(client, "carts", cart, "ｗｅｌｃｏｍｅ１０").json()

    assert [coupon["code"] for coupon in body["coupons"]] == ["WELCOME10"]
    assert body["totals"]["discount"] == money(100)


def test_a_code_is_taken_out_once(client: APIClient) -> None:
    offer("WELCOME10")
    cart = new_cart(client, ["SKU-0"])
    enter(client, "carts", cart, "WELCOME10")

    body = take_out(client, "carts", cart, "welcome10").json()
    again = take_out(client, "carts", cart, "welcome10")

    assert body["coupons"] == []
    assert body["totals"]["discount"] == money(0)
    assert again.status_code == 404


@pytest.mark.parametrize("place", ["carts", "checkouts"])
@pytest.mark.parametrize(
    "code",
    [
        "",
        "   ",
        "TWO WORDS",
        "🎉",
        "A🎉",
        "x" * 65,
        "x" * 10_000,
        "a/b",
        "\x00",
        "--",
        7,
        None,
        ["A"],
    ],
)
def test_what_is_no_code_is_refused_where_it_is(client: APIClient, place: str, code: Any) -> None:
    resource = new_checkout(client, ["SKU-0"])
    if place == "carts":
        resource = new_cart(client, ["SKU-0"])

    response = enter(client, place, resource, code)

    assert response.status_code == 400, response.content
    assert [error["pointer"] for error in response.json()["errors"]] == ["/code"]


def test_a_cart_has_at_most_twenty_codes(client: APIClient) -> None:
    cart = new_cart(client, ["SKU-0"])
    told = [enter(client, "carts", cart, f"CODE{number}").status_code for number in range(21)]

    assert told == [200] * 20 + [409]
    assert enter(client, "carts", cart, "CODE20").json()["code"] == "too_many_codes"
    assert enter(client, "carts", cart, "code7").status_code == 200
    assert len(Cart.objects.get(pk=cart["id"]).codes) == 20


def test_a_code_of_someone_elses_cart_is_not_found(client: APIClient) -> None:
    cart = new_cart(client, ["SKU-0"])
    stranger = new_guest()

    assert enter(stranger, "carts", cart, "A").status_code == 404
    assert take_out(stranger, "carts", cart, "A").status_code == 404


def test_a_cart_that_was_seen_otherwise_is_not_changed(client: APIClient) -> None:
    cart = new_cart(client, ["SKU-0"])
    path = f"/api/v1/carts/{cart['id']}/coupons"

    response = client.post(path, {"code": "A"}, headers={"If-Match": '"99"'})

    assert response.status_code == 412
    assert Cart.objects.get(pk=cart["id"]).codes == []


def test_a_repeated_request_is_answered_once(client: APIClient) -> None:
    cart = new_cart(client, ["SKU-0"])
    path = f"/api/v1/carts/{cart['id']}/coupons"
    first, second = (
        client.post(path, {"code": "A"}, headers={"Idempotency-Key": "k"}) for _ in range(2)
    )

    assert first.json() == second.json()
    assert second.headers["Idempotent-Replayed"] == "true"


def test_claiming_a_cart_keeps_the_codes_of_both(client: APIClient, client_of: Any) -> None:
    owner = client_of()
    own = new_cart(owner, ["SKU-0"])
    enter(owner, "carts", own, "OWN")
    guest = new_cart(client, ["SKU-1"])
    for code in ("own", "GUEST"):
        enter(client, "carts", guest, code)
    owner.credentials(**owner._credentials, HTTP_CART_TOKEN=guest["token"])

    body = owner.post(f"/api/v1/carts/{guest['id']}/claim").json()

    assert body["promotions"]["submitted"] == ["OWN", "GUEST"]


def test_a_promotion_without_codes_applies_by_itself_and_says_what_is_missing(
    client: APIClient,
) -> None:
    offer(title="Over twenty", conditions={"min_subtotal": money(2_000)})
    cart = new_cart(client, ["SKU-0"])

    near = cart["promotions"]["near"]
    over = client.post(f"/api/v1/carts/{cart['id']}/items", items(["SKU-1"])[0]).json()

    assert [(each["reason"], each["missing"], each["detail"]) for each in near] == [
        ("minimum_not_met", 1_000, "Spend £10.00 more to get “Over twenty”.")
    ]
    assert cart["coupons"] == []
    assert over["promotions"]["applied"][0]["code"] == ""
    assert over["totals"]["discount"] == money(200)


def test_a_category_counts_with_all_below_it(client: APIClient) -> None:
    clothes = Category.objects.create(id=uuid7(), slug="clothes", title="Clothes")
    shirts = Category.objects.create(id=uuid7(), slug="shirts", title="Shirts", parent=clothes)
    stock_variants(1, prefix="SHIRT")
    Product.objects.filter(variants__sku="SHIRT-0").update(category=shirts)
    offer(conditions={"categories": ["clothes"]}, action={"type": "percent", "percent": "50",
          "target": "lines"})  # fmt: skip

    cart = new_cart(client, ["SKU-0", "SHIRT-0"])
    checkout = begin(client, cart).json()

    for body in (cart, checkout):
        assert [line["discount"]["amount"] for line in body["items"]] == [0, 500]


def test_an_order_keeps_what_promotions_did(client: APIClient) -> None:
    offer("WELCOME10", conditions={"countries": ["GB"]})
    cart = new_cart(client, ["SKU-0", "SKU-1"])
    enter(client, "carts", cart, "WELCOME10")
    enter(client, "carts", cart, "NOSUCHCODE")
    checkout = begin(client, cart).json()
    number = complete(client, checkout).json()["order"]["number"]

    order = client.get(f"/api/v1/orders/{number}").json()

    assert order["totals"]["discount"] == checkout["totals"]["discount"] == money(200)
    assert order["coupons"] == checkout["coupons"]
    assert order["promotions"] == checkout["promotions"]
    assert [coupon["applied"] for coupon in order["coupons"]] == [True, False]
    assert order["items"][0]["discounts"][0]["amount"] == money(100)


def test_a_checkout_is_priced_anew_with_a_code_and_without(client: APIClient) -> None:
    offer("WELCOME10")
    checkout = new_checkout(client, ["SKU-0"])

    with_code = enter(client, "checkouts", checkout, "WELCOME10")
    assert with_code.status_code == 200, with_code.content
    assert with_code.json()["totals"]["discount"] == money(100)
    assert with_code.json()["items"][0]["discount"] == money(100)
    assert with_code.headers["ETag"] == f'"{checkout["version"] + 1}"'
    assert Redemption.objects.count() == 1

    without = take_out(client, "checkouts", checkout, "WELCOME10").json()
    assert without["totals"] == checkout["totals"]
    assert Redemption.objects.count() == 0
    assert take_out(client, "checkouts", checkout, "WELCOME10").status_code == 404


def test_a_used_up_code_is_refused_before_paying(client: APIClient) -> None:
    offer("ONCE", usage_limit=1)
    first = new_guest()
    cart = new_cart(first, ["SKU-0"])
    enter(first, "carts", cart, "ONCE")
    assert begin(first, cart).status_code == 201

    cart = new_cart(client, ["SKU-0"])
    told = enter(client, "carts", cart, "once").json()
    refused = begin(client, cart)

    assert told["coupons"][0]["reason"] == "exhausted"
    assert refused.status_code == 409
    assert (refused.json()["code"], refused.json()["codes"]) == ("coupon_exhausted", ["once"])
    take_out(client, "carts", cart, "ONCE")
    checkout = begin(client, cart)
    assert checkout.status_code == 201
    late = enter(client, "checkouts", checkout.json(), "ONCE")
    assert late.json()["code"] == "coupon_exhausted"
    assert client.get(f"/api/v1/checkouts/{checkout.json()['id']}").json()["coupons"] == []


def test_a_used_up_promotion_without_codes_is_just_not_applied(client: APIClient) -> None:
    offer(usage_limit=1)
    new_order(new_guest(), ["SKU-0"])

    checkout = new_checkout(client, ["SKU-0"])

    assert checkout["totals"]["discount"] == money(0)
    assert checkout["promotions"]["applied"] == []


def used(number: int = 1) -> bool:
    return Slot.objects.filter(free_from=None).count() == number


def test_a_use_is_given_back_when_the_checkout_is_canceled(client: APIClient) -> None:
    offer("ONCE", usage_limit=1)
    first = new_guest()
    checkout = new_checkout(first, ["SKU-0"])
    assert enter(first, "checkouts", checkout, "ONCE").status_code == 200

    assert first.post(f"/api/v1/checkouts/{checkout['id']}/cancel").status_code == 200

    other = new_checkout(client, ["SKU-0"])
    assert enter(client, "checkouts", other, "ONCE").json()["coupons"][0]["applied"]
    assert Slot.objects.count() == 1


def test_a_use_is_kept_by_the_checkout_that_replaces_another(client: APIClient) -> None:
    offer("ONCE", usage_limit=1)
    cart = new_cart(client, ["SKU-0"])
    enter(client, "carts", cart, "ONCE")

    for _ in range(3):
        checkout = begin(client, cart)
        assert checkout.status_code == 201, checkout.content

    assert complete(client, checkout.json()).status_code == 201
    assert used()
    assert Redemption.objects.get().order_id is not None


def test_a_use_is_given_back_when_the_order_is_canceled_but_not_when_refunded(
    client: APIClient, client_of: Any
) -> None:
    offer(usage_limit=1)
    order = new_order(client, ["SKU-0"])
    support = client_of(Role.SUPPORT)
    support.post(f"/api/v1/orders/{order['number']}/payments")
    # In part: an order of which all was refunded is complete, and not canceled any more.
    part = {"amount": money(1)}
    refunded = support.post(f"/api/v1/orders/{order['number']}/refunds", part)
    assert refunded.json()["payment_status"] == "partially_refunded"
    assert used()

    assert client.post(f"/api/v1/orders/{order['number']}/cancel").status_code == 200

    assert used(0)
    assert new_order(new_guest(), ["SKU-0"])["totals"]["discount"] == money(100)


def test_a_limit_for_each_customer_counts_accounts_and_addresses(client_of: Any) -> None:
    offer(per_customer_limit=1)
    owner = client_of()
    assert new_order(owner, ["SKU-0"])["totals"]["discount"] == money(100)

    again = new_checkout(owner, ["SKU-0"])
    assert again["totals"]["discount"] == money(0)
    for email, discount in (
        ("bob@example.com", 100),
        ("BOB@Example.com", 0),
        ("b.ob@example.com", 100),
        ("bob+1@example.com", 100),
    ):
        order = new_order(new_guest(), ["SKU-0"], email=email)
        assert order["totals"]["discount"] == money(discount), email


def test_a_limit_for_each_customer_is_checked_when_the_address_becomes_known(
    client: APIClient,
) -> None:
    offer("MINE", per_customer_limit=1)
    first = new_guest()
    checkout = new_checkout(first, ["SKU-0"])
    enter(first, "checkouts", checkout, "MINE")
    complete(first, checkout)
    cart = new_cart(client, ["SKU-0"])
    assert enter(client, "carts", cart, "MINE").json()["coupons"][0]["applied"]
    unknown = begin(client, cart, email=None).json()
    assert unknown["coupons"][0]["applied"]

    known = client.patch(f"/api/v1/checkouts/{unknown['id']}", {"email": DETAILS["email"]})

    assert known.status_code == 200
    assert known.json()["coupons"][0]["reason"] == "customer_limit_reached"
    assert known.json()["totals"]["discount"] == money(0)
    assert Redemption.objects.count() == 1


def test_lines_that_bring_a_promotion_hold_it_and_others_give_it_back(client: APIClient) -> None:
    offer(usage_limit=1, conditions={"skus": ["SKU-2"]})
    checkout = new_checkout(client, ["SKU-0"])
    path = f"/api/v1/checkouts/{checkout['id']}"
    assert Redemption.objects.count() == 0

    client.patch(path, {"items": items(["SKU-2"])})
    assert Redemption.objects.get().held_until > timezone.now()

    client.patch(path, {"items": items(["SKU-1"])})
    assert Redemption.objects.count() == 0


def test_guessing_codes_is_limited(client: APIClient, settings: Any) -> None:
    cart = new_cart(client, ["SKU-0"])
    settings.RATE_LIMITS = True
    settings.RATES = {**settings.RATES, "coupon": "3/60"}

    told = [enter(client, "carts", cart, f"GUESS{number}") for number in range(4)]

    assert [response.status_code for response in told] == [200, 200, 200, 429]
    assert told[3].json()["code"] == "rate_limited"


def test_a_promotion_for_a_first_order_is_for_those_who_have_none(client: APIClient) -> None:
    offer("FIRST", conditions={"first_order": True})
    cart = new_cart(client, ["SKU-0"])
    unknown = enter(client, "carts", cart, "FIRST").json()
    assert unknown["coupons"][0]["applied"]  # until it is known who it is

    first = begin(client, cart).json()
    assert first["coupons"][0]["applied"]
    number = complete(client, first).json()["order"]["number"]

    other = new_guest()
    checkout = new_checkout(other, ["SKU-0"])
    told = enter(other, "checkouts", checkout, "FIRST").json()["coupons"][0]
    assert told["reason"] == "not_first_order"
    client.post(f"/api/v1/orders/{number}/cancel")
    told = other.patch(f"/api/v1/checkouts/{checkout['id']}", {"email": DETAILS["email"]}).json()
    assert told["coupons"][0]["applied"]

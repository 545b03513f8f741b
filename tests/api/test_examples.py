"""The examples of the documentation are accepted as sent, in a shop that sells those goods."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from catalog.domain import NewVariant
from catalog.models import Category
from catalog.services import create_product
from checkout.services import create_shipping_zone
from core.address import Place
from core.http.operations import all_operations
from core.money import Money
from tests.api.bad_input import OPERATIONS, Operation
from tests.images import encoded, send
from tests.prices import trade_places
from tests.promotions import offer
from tests.shop import complete, new_cart, new_checkout, offer_shipping

pytestmark = pytest.mark.django_db

EXAMPLES = {operation.id: operation for operation in OPERATIONS if operation.schema}
# What only a mail, an app or another answer can tell stands in these.
SECRET = {
    "refreshToken", "logout", "verifyEmail", "resetPassword", "confirmEmailChange",
    "confirmMfa", "stopMfa", "disableMfa", "acceptStaffInvitation",
}  # fmt: skip


@pytest.mark.parametrize(
    "declared", [pytest.param(o, id=o.id) for o in all_operations() if o.id in EXAMPLES]
)
def test_an_example_has_the_shape_that_is_asked_for(declared):
    body = declared.request(data=EXAMPLES[declared.id].example)

    assert body.is_valid(), body.errors


@pytest.fixture
def owner(client: APIClient) -> APIClient:
    """Someone who registered and logged in by the examples."""
    for name, status in (("register", 201), ("createToken", 200)):
        response = client.post(EXAMPLES[name].path, EXAMPLES[name].example)
        assert response.status_code == status, response.content
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {response.json()['access']}")
    return client


@pytest.fixture
def places(owner: APIClient, client_of) -> dict[str, Any]:
    """One of everything that a path leads to, bought with the goods that the examples name."""
    offer_shipping()
    create_shipping_zone(code="uk", title="UK", areas=[Place("GB")])
    home = Category.objects.create(slug="home", title="Home")
    Category.objects.create(slug="kitchen", title="Kitchen", parent=home)
    mug = NewVariant(sku="MUG-BLUE", title="Blue", prices=(Money(1999, "GBP"),), stock=100)
    create_product(title="Mug", slug="mug", variants=[mug], now=timezone.now())
    paid = complete(
        owner,
        new_checkout(owner, ["MUG-BLUE"], 2),
        payment={"provider": "test", "token": "tok_success"},
    )
    placed = complete(owner, new_checkout(owner, ["MUG-BLUE"], 2))
    checkout = new_checkout(owner, ["MUG-BLUE"], 2)
    cart = new_cart(owner, ["MUG-BLUE"])
    address = owner.post("/api/v1/me/addresses", EXAMPLES["createAddress"].example).json()
    promotion = offer("SUMMER", title="Summer")
    drafted = EXAMPLES["createDraftOrder"].example
    draft = client_of(Role.SUPPORT).post("/api/v1/draft-orders", drafted)
    image = send(client_of(Role.MANAGER), "products/mug", encoded()).json()
    return {
        "paid": paid.json()["order"]["number"],
        "number": placed.json()["order"]["number"],
        "checkout_id": checkout["id"],
        "cart_id": cart["id"],
        "item_id": cart["items"][0]["id"],
        "address_id": address["id"],
        "slug": "mug",
        "image_id": image["id"],
        "sku": "MUG-BLUE",
        "draft_id": draft.json()["id"],
        "method_code": "express",
        "zone_code": "uk",
        "promotion_id": promotion,
        **trade_places("MUG-BLUE"),
    }


@pytest.mark.parametrize(
    "operation", [pytest.param(o, id=o.id) for o in EXAMPLES.values() if o.id not in SECRET]
)
def test_an_example_is_accepted_as_sent(
    owner: APIClient, places: dict[str, Any], client_of, operation: Operation
):
    client = client_of(Role.ADMIN) if operation.needs_role else owner
    body = operation.example
    if operation.id == "register":
        body["email"] = "grace@example.com"  # Ada has been here.
    if operation.id == "createCheckout":
        body["cart_id"] = places["cart_id"]
    if operation.id == "refundOrder":
        places["number"] = places["paid"]
    if operation.id in {"requestReturn", "receiveReturn"}:
        path = f"/api/v1/orders/{places['number']}"
        client_of(Role.MANAGER).post(f"{path}/fulfillments", {})
        if operation.id == "receiveReturn":
            asked = owner.post(f"{path}/returns", EXAMPLES["requestReturn"].example).json()
            client_of(Role.MANAGER).post(f"{path}/returns/{asked['id']}/approve")
            places["return_id"] = asked["id"]
    path = re.sub(r"{(\w+)}", lambda name: str(places[name[1]]), operation.path)

    response = client.generic(
        operation.method.upper(), path, json.dumps(body), content_type="application/json"
    )

    assert 200 <= response.status_code < 300, response.content


def test_no_example_of_an_answer_contradicts_itself():
    cart = answer_of("getCart")
    order = answer_of("getOrder")

    for shown in (cart, order):
        [line], totals = shown["items"], shown["totals"]
        amounts = {name: money["amount"] for name, money in totals.items()}
        assert line["total"]["amount"] == line["quantity"] * line["unit_price"]["amount"]
        assert amounts["subtotal"] == line["total"]["amount"]
        assert amounts["total"] == (
            amounts["subtotal"] - amounts["discount"] + amounts["shipping"] + amounts["tax"]
        )
    [coupon] = cart["coupons"]
    assert (coupon["code"], coupon["applied"]) == ("WELCOME10", False)
    assert cart["promotions"]["rejected"] == [
        {name: coupon[name] for name in ("code", "reason", "detail")}
    ]
    assert order["payments"][0]["amount"] == order["totals"]["total"]
    assert answer_of("completeCheckout", "202")["payment"]["action"]["type"] == "redirect"


def answer_of(operation_id: str, status: str = "200") -> dict[str, Any]:
    [spec] = [operation.spec for operation in OPERATIONS if operation.id == operation_id]
    [content] = spec["responses"][status]["content"].values()
    return content["example"]

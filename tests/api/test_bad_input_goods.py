"""Goods that cannot be bought: unknown, deleted, repeated, priced in another currency, too many."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from carts.models import Cart, CartLine
from catalog.models import Price, Variant
from checkout.models import Checkout
from tests.shop import DETAILS, items, new_cart, offer_shipping, stock_of, stock_variants

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def skus() -> None:
    stock_variants(4, stock=5)
    offer_shipping()
    Variant.objects.filter(sku="SKU-2").update(deleted_at=timezone.now())
    Price.objects.filter(variant__sku="SKU-3", currency="EUR").delete()


REFUSED = [
    pytest.param({"items": items(["NOTHING"])}, 400, "unknown_sku", id="unknown"),
    pytest.param({"items": items(["SKU-2"])}, 400, "unknown_sku", id="deleted"),
    pytest.param({"items": items(["sku-0"])}, 400, "unknown_sku", id="another case"),
    pytest.param({"items": items(["SKU-0 "])}, 201, "", id="a space too many is none"),
    pytest.param({"items": items(["🫖"])}, 400, "unknown_sku", id="emoji"),
    pytest.param(
        {"items": items(["SKU-3"]), "currency": "EUR"}, 400, "currency_mismatch", id="EUR"
    ),
    pytest.param({"items": items(["SKU-0"]), "currency": "XXY"}, 400, "invalid_request", id="XXY"),
    pytest.param({"items": items(["SKU-0"]), "currency": "gbp"}, 400, "invalid_request", id="gbp"),
    pytest.param({"items": items(["SKU-0"] * 1_001)}, 400, "invalid_request", id="1,001 lines"),
]


@pytest.mark.parametrize(("body", "status", "code"), REFUSED)
@pytest.mark.parametrize("path", ["/api/v1/carts", "/api/v1/checkouts"])
def test_goods_that_cannot_be_had_are_named_and_nothing_is_made(client, path, body, status, code):
    response = client.post(path, body)

    assert response.status_code == status, response.content
    if status == 400:
        assert response.json()["code"] == code
        assert not Cart.objects.exists()
        assert not Checkout.objects.exists()
        assert stock_of("SKU-0") == (5, 0)


@pytest.mark.parametrize("quantity", [0, -1, 10_000, 10**9, 10**30, 1.5, "2", None, True, [], {}])
def test_a_quantity_is_a_whole_number_from_1_to_9999(client, quantity):
    line: dict[str, Any] = {"sku": "SKU-0", "quantity": quantity}
    cart = new_cart(client)
    for path, body, pointer in (
        ("/api/v1/carts", {"items": [line]}, "/items/0/quantity"),
        ("/api/v1/checkouts", {"items": [line]}, "/items/0/quantity"),
        (f"/api/v1/carts/{cart['id']}/items", line, "/quantity"),
    ):
        response = client.post(path, body)

        assert response.status_code == 400
        assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    assert not CartLine.objects.exists()


def test_a_repeated_sku_is_one_line_of_the_sum(client):
    body = {"items": items(["SKU-0", "SKU-1", "SKU-0"], quantity=2)}
    cart = client.post("/api/v1/carts", body).json()

    assert [(line["sku"], line["quantity"]) for line in cart["items"]] == [
        ("SKU-0", 4),
        ("SKU-1", 2),
    ]


def test_a_repeated_sku_may_not_add_up_to_more_than_a_line_holds(client):
    response = client.post("/api/v1/carts", {"items": items(["SKU-0"] * 2, quantity=9_999)})

    assert response.status_code == 409
    assert response.json()["code"] == "cart_full"
    assert not Cart.objects.exists()


def test_short_stock_names_every_sku_and_reserves_nothing(client):
    cart = new_cart(client, ["SKU-0", "SKU-1"], quantity=6)
    response = client.post("/api/v1/checkouts", {"cart_id": cart["id"], **DETAILS})

    assert response.status_code == 409
    problem = response.json()
    assert problem["code"] == "insufficient_stock"
    assert [item["sku"] for item in problem["items"]] == ["SKU-0", "SKU-1"]
    assert (stock_of("SKU-0"), stock_of("SKU-1")) == ((5, 0), (5, 0))


@pytest.mark.parametrize("path", ["items", "claim"])
def test_someone_elses_cart_is_not_there(client, client_of, path):
    cart = new_cart(client_of(), ["SKU-0"])
    body = {"sku": "SKU-0", "quantity": 1} if path == "items" else {}
    response = client_of().post(f"/api/v1/carts/{cart['id']}/{path}", body)

    assert response.status_code == 404
    assert CartLine.objects.get().quantity == 1

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from catalog.models import Product, Variant
from catalog.serializers.products import ProductOutput
from catalog.services import create_category
from core.http.openapi.autoschema import page_of
from inventory.models import Stock
from tests.catalog import NOW, product, titles, variant

pytestmark = pytest.mark.django_db


def test_a_product_is_answered_with_its_variants_prices_and_stock(client: APIClient) -> None:
    create_category(title="Kitchen")
    mug = product(
        "Mug",
        variant("MUG-BLUE", 1_250, title="Blue", options={"Color": "Blue"}, stock=3, EUR=1_500),
        variant("MUG-RED", None, title="Red", options={"Color": "Red"}, stock=0, EUR=1_400),
        description="Holds tea.",
        category="kitchen",
    )

    response = client.get("/api/v1/products/mug")

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    blue, red = Variant.objects.order_by("position")
    assert response.json() == {
        "id": str(mug.id),
        "slug": "mug",
        "title": "Mug",
        "description": "Holds tea.",
        "category": "kitchen",
        "tax_class": "standard",
        "options": [{"name": "Color", "values": ["Blue", "Red"]}],
        "status": "published",
        "media": [],
        "variants": [
            {
                "id": str(blue.id),
                "sku": "MUG-BLUE",
                "title": "Blue",
                "options": {"Color": "Blue"},
                "price": {"amount": 1_250, "currency": "GBP"},
                "compare_at_price": None,
                "lowest_price_30_days": None,
                "available": 3,
                "weight": 0,
                "requires_shipping": True,
                "media": [],
            },
            {
                "id": str(red.id),
                "sku": "MUG-RED",
                "title": "Red",
                "options": {"Color": "Red"},
                "price": None,
                "compare_at_price": None,
                "lowest_price_30_days": None,
                "available": 0,
                "weight": 0,
                "requires_shipping": True,
                "media": [],
            },
        ],
    }


def test_answers_have_exactly_the_documented_fields(client: APIClient) -> None:
    product("Mug", variant("MUG", options={"Color": "Blue"}))

    single = client.get("/api/v1/products/mug").json()
    page = client.get("/api/v1/products").json()

    shape = ProductOutput()
    assert set(page) == set(page_of(ProductOutput)().fields)
    for response in (single, page["results"][0]):
        assert list(response) == list(shape.fields)
        assert list(response["variants"][0]) == list(shape.fields["variants"].child.fields)
        assert list(response["options"][0]) == list(shape.fields["options"].child.fields)


def test_prices_are_answered_in_the_currency_asked_for(client: APIClient) -> None:
    product("Mug", variant("MUG", 1_250, EUR=1_500))

    one = client.get("/api/v1/products/mug", {"currency": "EUR"}).json()
    many = client.get("/api/v1/products", {"currency": "USD"}).json()["results"]

    assert one["variants"][0]["price"] == {"amount": 1_500, "currency": "EUR"}
    assert many[0]["variants"][0]["price"] is None


def test_a_deleted_product_is_gone_from_everywhere(client: APIClient) -> None:
    product("Mug")
    Product.objects.update(deleted_at=NOW)

    assert titles(client) == []
    assert titles(client, search="mug") == []
    assert client.get("/api/v1/products/mug").status_code == 404


def test_a_deleted_variant_is_gone_from_its_product(client: APIClient) -> None:
    product("Mug", variant("A", 100), variant("B", 200, title="Bee"))
    Variant.objects.filter(sku="A").update(deleted_at=NOW)

    assert [v["sku"] for v in client.get("/api/v1/products/mug").json()["variants"]] == ["B"]
    assert titles(client, price_max=150) == []


@pytest.mark.parametrize("slug", ["nothing", "a%00b", "%F0%9F%8E%89", "x" * 5_000, "a'b"])
def test_an_unknown_product_is_not_found(client: APIClient, slug: str) -> None:
    response = client.get(f"/api/v1/products/{slug}")

    assert response.status_code == 404
    assert response.json()["code"] == "not_found"


def test_a_product_with_a_name_of_any_script_is_found_by_its_slug(client: APIClient) -> None:
    product("玫瑰花茶", variant("ROSE"))

    assert client.get("/api/v1/products/玫瑰花茶").json()["title"] == "玫瑰花茶"


@pytest.mark.parametrize("path", ["/api/v1/products/mug", "/api/v1/products", "/api/v1/categories"])
def test_who_has_the_current_answer_is_told_so(client: APIClient, path: str) -> None:
    create_category(title="Kitchen")
    product("Mug")
    first = client.get(path)

    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "public, no-cache"
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["ETag"] == first.headers["ETag"]


def test_the_tag_of_a_product_changes_with_its_stock(client: APIClient) -> None:
    product("Mug")
    first = client.get("/api/v1/products/mug")
    Stock.objects.update(reserved=1)

    second = client.get("/api/v1/products/mug", headers={"If-None-Match": first.headers["ETag"]})

    assert second.status_code == 200
    assert second.json()["variants"][0]["available"] == 9


def test_head_is_answered_like_get_without_a_body(client: APIClient) -> None:
    product("Mug")

    response = client.head("/api/v1/products/mug")

    assert response.status_code == 200
    assert response.content == b""


@pytest.mark.parametrize("variants", [1, 100])
def test_reading_costs_the_same_for_one_and_for_a_hundred_variants(
    client: APIClient, variants: int, assert_statements: Callable[[int], Any]
) -> None:
    product("Mug", *(variant(f"MUG-{number}") for number in range(variants)))
    for number in range(variants // 5):
        product(f"Cup {number}")

    with assert_statements(3):
        one = client.get("/api/v1/products/mug").json()
    with assert_statements(3):
        many = client.get("/api/v1/products", {"limit": "100"}).json()
    with assert_statements(2):
        client.get("/api/v1/categories")

    assert len(one["variants"]) == variants
    assert len(many["results"]) == 1 + variants // 5


def test_the_category_tree_is_listed_parents_first(client: APIClient) -> None:
    create_category(title="Home")
    create_category(title="Garden", parent="home")
    create_category(title="Bath", parent="home")
    create_category(title="Attic")

    body = client.get("/api/v1/categories").json()

    assert [(c["slug"], c["parent"], c["depth"]) for c in body["results"]] == [
        ("attic", None, 0),
        ("home", None, 0),
        ("bath", "home", 1),
        ("garden", "home", 1),
    ]
    assert set(body["results"][0]) == {"id", "slug", "title", "parent", "depth", "media"}

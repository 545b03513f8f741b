from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.domain import Role
from catalog.models import Price, Product, Variant
from catalog.services import create_category
from inventory.models import Movement, Stock
from tests.catalog import NOW, product, variant

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]
GBP = {"amount": 1_250, "currency": "GBP"}
EUR = {"amount": 1_500, "currency": "EUR"}


@pytest.fixture
def manager(client_of: ClientOf) -> APIClient:
    return client_of(Role.MANAGER)


def mug(**fields: Any) -> dict[str, Any]:
    return {"title": "Mug", "variants": [{"sku": "MUG", "price": GBP}], **fields}


def test_a_manager_creates_a_product_with_prices_and_stock(manager: APIClient) -> None:
    create_category(title="Kitchen")

    response = manager.post(
        "/api/v1/products",
        mug(
            description="Holds tea.",
            category="kitchen",
            variants=[
                {"sku": "MUG-BLUE", "title": "Blue", "options": {"Color": "Blue"},
                 "price": GBP, "prices": [EUR], "stock": 7},
                {"sku": "MUG-RED", "title": "Red", "options": {"Color": "Red"}, "prices": [EUR]},
            ],
        ),
    )  # fmt: skip

    assert response.status_code == 201, response.content
    assert response.headers["Location"] == "/api/v1/products/mug"
    body = response.json()
    assert body == manager.get("/api/v1/products/mug").json()
    assert body["options"] == [{"name": "Color", "values": ["Blue", "Red"]}]
    assert [(v["sku"], v["price"], v["available"]) for v in body["variants"]] == [
        ("MUG-BLUE", GBP, 7),
        ("MUG-RED", None, 0),
    ]
    assert set(Price.objects.values_list("variant__sku", "currency", "amount")) == {
        ("MUG-BLUE", "GBP", 1_250),
        ("MUG-BLUE", "EUR", 1_500),
        ("MUG-RED", "EUR", 1_500),
    }
    assert list(Movement.objects.values_list("delta", "actor")) == [(7, manager.user_id)]


def test_a_product_has_the_tax_class_that_it_is_given(manager: APIClient) -> None:
    assert manager.post("/api/v1/products", mug()).json()["tax_class"] == "standard"
    changed = manager.patch("/api/v1/products/mug", {"tax_class": "reduced"})
    assert changed.json()["tax_class"] == "reduced"
    assert manager.patch("/api/v1/products/mug", {"title": "Cup"}).json()["tax_class"] == "reduced"
    press = mug(title="Book", tax_class="zero", variants=[{"sku": "BOOK", "price": GBP}])
    assert manager.post("/api/v1/products", press).json()["tax_class"] == "zero"
    for wrong in ("", "no class", "x" * 51, 5, None):
        refused = manager.patch("/api/v1/products/mug", {"tax_class": wrong})
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["pointer"] == "/tax_class"


def test_given_options_come_first_in_their_order(manager: APIClient) -> None:
    body = mug(
        options=[{"name": "Size", "values": ["S", "M", "L"]}],
        variants=[{"sku": "M", "price": GBP, "options": {"Size": "M", "Color": "Red"}}],
    )

    assert manager.post("/api/v1/products", body).json()["options"] == [
        {"name": "Size", "values": ["S", "M", "L"]},
        {"name": "Color", "values": ["Red"]},
    ]


@pytest.mark.parametrize(
    ("title", "slug"), [("Tea Cup", "tea-cup-2"), ("玫瑰花茶", "玫瑰花茶"), ("🎉🎉", "product")]
)
def test_a_slug_is_made_from_the_title(manager: APIClient, title: str, slug: str) -> None:
    product("Tea cup")

    response = manager.post("/api/v1/products", mug(title=title))

    assert response.json()["slug"] == slug
    location = response.headers["Location"]
    assert manager.get(location).json()["title"] == title


def test_a_sku_belongs_to_one_variant_even_when_that_is_deleted(manager: APIClient) -> None:
    product("Cup", variant("MUG"))
    Variant.objects.update(deleted_at=NOW)

    response = manager.post("/api/v1/products", mug())

    assert response.status_code == 409
    assert response.json()["code"] == "sku_taken"
    assert response.json()["skus"] == ["MUG"]
    assert Product.objects.count() == 1


def test_a_slug_belongs_to_one_product(manager: APIClient) -> None:
    product("Cup")

    response = manager.post("/api/v1/products", mug(slug="cup"))

    assert response.status_code == 409
    assert response.json()["code"] == "slug_taken"


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"title": ""}, "/title", "blank"),
        ({"title": 5}, "/title", "invalid"),
        ({"title": "a\0b"}, "/title", "null_characters_not_allowed"),
        ({"title": "🎉" * 256}, "/title", "max_length"),
        ({"color": "blue"}, "/color", "unknown_field"),
        ({"slug": "a b"}, "/slug", "invalid"),
        ({"slug": "a/b"}, "/slug", "invalid"),
        ({"category": "nowhere"}, "/category", "unknown_category"),
        ({"variants": []}, "/variants", "min_length"),
        ({"variants": "MUG"}, "/variants", "not_a_list"),
        ({"variants": [5]}, "/variants/0", "invalid"),
        ({"variants": [{"sku": "A"}]}, "/variants/0/price", "one_of"),
        ({"variants": [{"sku": "A\n", "price": GBP, "x": 1}]}, "/variants/0/x", "unknown_field"),
        ({"variants": [{"sku": "A\tB", "price": GBP}]}, "/variants/0/sku", "not_printable"),
        ({"variants": [{"sku": "A/stock", "price": GBP}]}, "/variants/0/sku", "reserved"),
        (
            {"variants": [{"sku": "A/stock-adjustments", "price": GBP}]},
            "/variants/0/sku",
            "reserved",
        ),
        ({"variants": [{"sku": "A" * 101, "price": GBP}]}, "/variants/0/sku", "max_length"),
        (
            {"variants": [{"sku": "A", "price": GBP}, {"sku": "A", "price": GBP}]},
            "/variants/1/sku",
            "duplicate",
        ),
        (
            {"variants": [{"sku": "A", "price": GBP, "prices": [EUR, GBP]}]},
            "/variants/0/prices",
            "duplicate",
        ),
        ({"variants": [{"sku": "A", "price": GBP, "stock": -1}]}, "/variants/0/stock", "min_value"),
        ({"variants": [{"sku": "A", "price": GBP, "stock": 1.5}]}, "/variants/0/stock", "invalid"),
        ({"variants": [{"sku": "A", "price": GBP, "stock": "2"}]}, "/variants/0/stock", "invalid"),
        (
            {"variants": [{"sku": "A", "price": GBP, "options": {"Size": 5}}]},
            "/variants/0/options/Size",
            "invalid",
        ),
        ({"options": [{"name": "Size", "values": "SML"}]}, "/options/0/values", "not_a_list"),
    ],
)
def test_a_product_that_makes_no_sense_is_refused_and_changes_nothing(
    manager: APIClient, fields: dict[str, Any], pointer: str, code: str
) -> None:
    response = manager.post("/api/v1/products", mug(**fields))

    assert response.status_code == 400
    errors = {error["pointer"]: error["code"] for error in response.json()["errors"]}
    assert errors.get(pointer) == code, errors
    assert not Product.objects.exists()
    assert not Stock.objects.exists()


@pytest.mark.parametrize("amount", [-1, 12.5, 1e300, "1250", None, True, 10**13, [], {}])
def test_an_amount_is_a_whole_number_that_is_not_negative(manager: APIClient, amount: Any) -> None:
    price = {"amount": amount, "currency": "GBP"}

    response = manager.post("/api/v1/products", mug(variants=[{"sku": "A", "price": price}]))

    assert response.status_code == 400
    assert [e["pointer"] for e in response.json()["errors"]] == ["/variants/0/price/amount"]


@pytest.mark.parametrize("currency", ["gbp", "XQX", "GB", "", 5, None])
def test_a_currency_is_an_iso_code(manager: APIClient, currency: Any) -> None:
    price = {"amount": 1, "currency": currency}

    response = manager.post("/api/v1/products", mug(variants=[{"sku": "A", "price": price}]))

    assert response.status_code == 400
    assert [e["pointer"] for e in response.json()["errors"]] == ["/variants/0/price/currency"]


def test_a_product_is_changed_where_the_body_says_so_and_nowhere_else(manager: APIClient) -> None:
    create_category(title="Kitchen")
    product("Mug", description="Holds tea.")

    response = manager.patch(
        "/api/v1/products/mug", {"title": "Beaker", "slug": "beaker", "category": "kitchen"}
    )

    assert response.status_code == 200, response.content
    body = response.json()
    assert (body["title"], body["slug"], body["category"], body["description"]) == (
        "Beaker",
        "beaker",
        "kitchen",
        "Holds tea.",
    )
    assert manager.get("/api/v1/products/mug").status_code == 404
    assert manager.patch("/api/v1/products/beaker", {"category": None}).json()["category"] is None
    found = manager.get("/api/v1/products", {"search": "beaker"}).json()["results"]
    assert [item["slug"] for item in found] == ["beaker"]


def test_a_change_to_a_taken_slug_is_refused(manager: APIClient) -> None:
    product("Mug")
    product("Cup")

    response = manager.patch("/api/v1/products/mug", {"title": "Cup", "slug": "cup"})

    assert response.status_code == 409
    assert Product.objects.filter(title="Mug").exists()


def test_a_deleted_product_is_archived_with_its_skus(client: APIClient, manager: APIClient) -> None:
    product("Mug")

    assert manager.delete("/api/v1/products/mug").status_code == 204

    assert client.get("/api/v1/products/mug").status_code == 404
    assert manager.get("/api/v1/products/mug").json()["status"] == "archived"
    assert manager.delete("/api/v1/products/mug").status_code == 404
    assert Variant.objects.filter(sku="MUG").exists()


@pytest.mark.parametrize(
    ("variants", "options", "titles"),
    [
        ([{"options": {"Size": "S", "Color": "Red"}}, {"options": {"Size": "M"}}],
         {"Size": "L"}, ["S / Red", "M", "L"]),
        ([{"title": "Tiny", "options": {"Size": "S"}}], {"Size": "L"}, ["Tiny", "L"]),
        ([{}], {}, ["", ""]),
        ([{"options": {f"Option {n}": "x" * 200 for n in range(3)}}], {},
         [f"{'x' * 200} / {'x' * 52}", ""]),
    ],
)  # fmt: skip
def test_a_variant_without_a_title_is_called_by_its_options(
    manager: APIClient,
    variants: list[dict[str, Any]],
    options: dict[str, str],
    titles: list[str],
) -> None:
    given = [{"sku": f"MUG-{n}", "price": GBP, **fields} for n, fields in enumerate(variants)]
    manager.post("/api/v1/products", mug(variants=given))
    added = {"sku": "MORE", "price": GBP, "options": options}
    manager.post("/api/v1/products/mug/variants", added)

    seen = manager.get("/api/v1/products/mug").json()["variants"]

    assert [each["title"] for each in seen] == titles


def test_a_title_that_follows_from_the_options_goes_on_to_do_so(manager: APIClient) -> None:
    product("Mug", variant("MUG", options={"Size": "S"}), variant("CUP", title="Small"))
    url = "/api/v1/variants/"
    assert manager.patch(f"{url}MUG", {"options": {"Size": "M"}}).json()["title"] == "M"
    assert manager.patch(f"{url}CUP", {"options": {"Size": "M"}}).json()["title"] == "Small"
    assert manager.patch(f"{url}CUP", {"title": ""}).json()["title"] == "M"
    assert manager.patch(f"{url}MUG", {"title": "Big"}).json()["title"] == "Big"
    assert manager.patch(f"{url}MUG", {"weight": 5}).json()["title"] == "Big"


def test_a_variant_is_added_behind_the_others(manager: APIClient) -> None:
    product("Mug", variant("MUG", options={"Color": "Blue"}))

    response = manager.post(
        "/api/v1/products/mug/variants",
        {"sku": "MUG-RED", "title": "Red", "options": {"Color": "Red"}, "price": GBP, "stock": 4},
    )

    assert response.status_code == 201, response.content
    body = manager.get("/api/v1/products/mug").json()
    assert body["variants"][1] == response.json()
    assert response.json()["available"] == 4
    assert body["options"] == [{"name": "Color", "values": ["Blue", "Red"]}]
    assert (
        manager.post("/api/v1/products/mug/variants", {"sku": "MUG", "price": GBP}).json()["code"]
        == "sku_taken"
    )


def test_prices_of_a_variant_are_replaced_in_their_currency_only(manager: APIClient) -> None:
    product("Mug", variant("MUG", 1_000, EUR=1_100))

    response = manager.patch("/api/v1/variants/MUG", {"price": GBP, "title": "Plain"})

    assert response.status_code == 200, response.content
    assert response.json()["price"] == GBP
    assert response.json()["title"] == "Plain"
    assert dict(Price.objects.values_list("currency", "amount")) == {"GBP": 1_250, "EUR": 1_100}


def test_a_sku_with_a_slash_has_a_path(manager: APIClient) -> None:
    product("Mug", variant("MUG/BLUE 1"))

    response = manager.patch("/api/v1/variants/MUG%2FBLUE%201", {"title": "Blue"})

    assert response.json()["title"] == "Blue"
    assert manager.get("/api/v1/variants/MUG%2FBLUE%201/stock").json()["on_hand"] == 10


@pytest.mark.parametrize("sku", ["NO-SUCH", "a%00b", "%F0%9F%8E%89"])
def test_an_unknown_variant_is_not_found(manager: APIClient, sku: str) -> None:
    assert manager.patch(f"/api/v1/variants/{sku}", {"title": "A"}).status_code == 404


WRITES = [
    ("post", "/api/v1/products"),
    ("patch", "/api/v1/products/mug"),
    ("delete", "/api/v1/products/mug"),
    ("post", "/api/v1/products/mug/variants"),
    ("patch", "/api/v1/variants/MUG"),
]


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.SUPPORT, Role.FULFILLMENT])
def test_only_managers_write(client_of: ClientOf, role: Role, method: str, path: str) -> None:
    product("Mug")

    response = getattr(client_of(role), method)(path, {})

    assert response.status_code == 403
    assert response.json()["code"] == "permission_denied"


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_nobody_writes_without_a_token(client: APIClient, method: str, path: str) -> None:
    response = getattr(client, method)(path, {})

    assert response.status_code == 401


def test_an_admin_may_do_what_a_manager_may(client_of: ClientOf) -> None:
    assert client_of(Role.ADMIN).post("/api/v1/products", mug()).status_code == 201


def test_a_repeated_request_creates_one_product(manager: APIClient) -> None:
    headers = {"Idempotency-Key": "again"}

    first = manager.post("/api/v1/products", mug(), headers=headers)
    second = manager.post("/api/v1/products", mug(), headers=headers)

    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert second.headers["Idempotent-Replayed"] == "true"
    assert Product.objects.count() == 1


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"a"', b"[" * 5_000, b"\xff"])
def test_a_body_that_is_no_object_is_refused(manager: APIClient, body: bytes) -> None:
    response = manager.post("/api/v1/products", body, content_type="application/json")

    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"

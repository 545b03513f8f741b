"""What an operation does not know it refuses, rather than answer another question."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from accounts.domain import Role

pytestmark = pytest.mark.django_db


def errors_of(response) -> list[tuple[str, str]]:
    assert response.status_code == 400
    assert response.json()["code"] == "invalid_request"
    return [(error["pointer"], error["code"]) for error in response.json()["errors"]]


@pytest.mark.parametrize(
    "path", ["/api/v1/products", "/api/v1/categories", "/.well-known/jwks.json"]
)
def test_a_misspelled_parameter_is_refused(client: APIClient, path: str):
    response = client.get(path, {"serach": "mug"})

    assert errors_of(response) == [("/serach", "unknown_parameter")]


def test_each_unknown_parameter_is_named_once(client: APIClient):
    response = client.get("/api/v1/products?b=1&search=mug&a/b=&b=2&~=x")

    assert errors_of(response) == [
        ("/a~1b", "unknown_parameter"),
        ("/b", "unknown_parameter"),
        ("/~0", "unknown_parameter"),
    ]


def test_a_page_is_known_to_lists_alone(client: APIClient, client_of):
    assert client.get("/api/v1/products", {"limit": "1"}).status_code == 200
    assert client_of().get("/api/v1/me/addresses", {"limit": "1"}).status_code == 200
    assert errors_of(client_of().get("/api/v1/me", {"limit": "1"})) == [
        ("/limit", "unknown_parameter")
    ]


def test_a_write_knows_its_parameters_too(client_of):
    product = {
        "title": "Mug",
        "variants": [{"sku": "M", "price": {"amount": 1, "currency": "EUR"}}],
    }
    manager = client_of(Role.MANAGER)

    assert errors_of(manager.post("/api/v1/products?curency=EUR", product, format="json")) == [
        ("/curency", "unknown_parameter")
    ]
    assert manager.post("/api/v1/products?currency=EUR", product, format="json").status_code == 201


def test_who_may_not_call_it_is_told_nothing_of_its_parameters(client: APIClient, client_of):
    assert client.get("/api/v1/me?surprise=1").status_code == 401
    assert client_of().get("/api/v1/variants/M/stock?surprise=1").status_code == 403


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=", [("/status", "invalid_choice")]),
        ("status=50%25", [("/status", "invalid_choice")]),
        ("email=", [("/email", "blank")]),
        (f"number={'x' * 41}", [("/number", "max_length")]),
        ("placed_after=yesterday", [("/placed_after", "invalid")]),
        (
            "placed_before=&payment_status=due",
            [("/payment_status", "invalid_choice"), ("/placed_before", "invalid")],
        ),
        ("limit=0&status=open", [("/limit", "invalid")]),
    ],
)
def test_every_invalid_value_of_a_filter_is_named(client_of, query: str, expected):
    assert errors_of(client_of().get(f"/api/v1/orders?{query}")) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("search=", None),
        ("search=%20", None),
        ("category=", [("/category", "blank")]),
        ("price_min=", [("/price_min", "invalid")]),
        ("price_min=5&price_max=4", [("/price_max", "below_minimum")]),
        ("ordering=relevance&search=%20", [("/ordering", "needs_search")]),
        (
            "in_stock=yes&currency=QQQ",
            [("/currency", "unknown_currency"), ("/in_stock", "invalid_choice")],
        ),
    ],
)
def test_parameters_of_the_product_list_are_checked_one_by_one_and_together(
    client: APIClient, query: str, expected
):
    response = client.get(f"/api/v1/products?{query}")

    if expected is None:
        assert response.status_code == 200
    else:
        assert errors_of(response) == expected

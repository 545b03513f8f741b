from __future__ import annotations

import base64
from datetime import timedelta
from urllib.parse import urlsplit

import orjson
import pytest
from django.db import connection
from django.db.backends.postgresql.base import Cursor, ServerBindingCursor
from rest_framework.test import APIClient

from catalog.models import Product
from catalog.services import create_category
from core.ids import uuid7
from inventory.models import Stock
from tests.catalog import NOW, product, titles, variant

pytestmark = pytest.mark.django_db


def test_products_are_listed_newest_first(client: APIClient) -> None:
    product("Old", now=NOW - timedelta(days=1))
    product("New", now=NOW)
    product("Oldest", now=NOW - timedelta(days=2))

    assert titles(client) == ["New", "Old", "Oldest"]
    assert titles(client, ordering="created") == ["Oldest", "Old", "New"]


@pytest.fixture(params=[Cursor, ServerBindingCursor])
def binding(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values are merged into the statement, or sent beside it with types of their own."""
    connection.ensure_connection()
    monkeypatch.setattr(connection.connection, "cursor_factory", request.param)


@pytest.mark.usefixtures("binding")
def test_products_are_sorted_by_title_and_by_their_lowest_price(client: APIClient) -> None:
    product("Cup", variant("CUP", 500), variant("CUP-BIG", 5_000))
    product("Bowl", variant("BOWL", 700, EUR=100))
    product("Plate", variant("PLATE", None, EUR=200))

    assert titles(client, ordering="title") == ["Bowl", "Cup", "Plate"]
    assert titles(client, ordering="-title") == ["Plate", "Cup", "Bowl"]
    assert titles(client, ordering="price") == ["Cup", "Bowl", "Plate"]
    assert titles(client, ordering="-price") == ["Bowl", "Cup", "Plate"]
    assert titles(client, ordering="price", currency="EUR") == ["Bowl", "Plate", "Cup"]


def test_a_category_includes_what_is_below_it(client: APIClient) -> None:
    create_category(title="Home")
    create_category(title="Kitchen", parent="home")
    create_category(title="Mugs", parent="kitchen")
    create_category(title="Garden")
    product("Mug", category="mugs")
    product("Spoon", category="kitchen")
    product("Rake", category="garden")
    product("Thing")

    assert titles(client, category="home", ordering="title") == ["Mug", "Spoon"]
    assert titles(client, category="mugs") == ["Mug"]
    assert titles(client, category="unknown") == []


def test_in_stock_means_that_some_variant_can_be_ordered(client: APIClient) -> None:
    product("Some", variant("A1", stock=0), variant("A2", stock=1))
    product("None", variant("B", stock=0))
    product("Held", variant("C", stock=2))
    product("Endless", variant("D", stock=0))
    product("On order", variant("E", stock=0))
    Stock.objects.filter(variant__sku="C").update(reserved=2)
    Stock.objects.filter(variant__sku="D").update(tracked=False)
    Stock.objects.filter(variant__sku="E").update(backorder=True)

    assert titles(client, in_stock="true", ordering="title") == ["Endless", "On order", "Some"]
    assert titles(client, in_stock="false", ordering="title") == ["Held", "None"]


def test_prices_are_filtered_in_minor_units_both_ends_included(client: APIClient) -> None:
    product("Cup", variant("CUP", 500), variant("CUP-BIG", 5_000))
    product("Bowl", variant("BOWL", 700, EUR=100))

    assert titles(client, price_min=500, price_max=500) == ["Cup"]
    assert titles(client, price_min=501, price_max=4_999) == ["Bowl"]
    assert titles(client, price_min=5_001) == []
    assert titles(client, price_max=100, currency="EUR") == ["Bowl"]


def test_the_price_asked_for_is_that_of_a_variant_that_can_be_had(client: APIClient) -> None:
    product("Cup", variant("CUP", 500, stock=0), variant("CUP-BIG", 5_000))

    assert titles(client, price_max=500) == ["Cup"]
    assert titles(client, price_max=500, in_stock="true") == []
    assert titles(client, price_max=5_000, in_stock="true") == ["Cup"]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"price_min": "1.5"}, "/price_min"),
        ({"price_min": "-1"}, "/price_min"),
        ({"price_max": "١"}, "/price_max"),
        ({"price_max": "1_0"}, "/price_max"),
        ({"price_max": "1" * 20}, "/price_max"),
        ({"price_min": "2", "price_max": "1"}, "/price_max"),
        ({"in_stock": "yes"}, "/in_stock"),
        ({"currency": "gbp"}, "/currency"),
        ({"currency": "XQX"}, "/currency"),
        ({"ordering": "color"}, "/ordering"),
        ({"ordering": "relevance"}, "/ordering"),
        ({"category": "no such"}, "/category"),
        ({"category": ""}, "/category"),
        ({"search": "a" * 201}, "/search"),
        ({"limit": "0"}, "/limit"),
        ({"limit": "101"}, "/limit"),
        ({"limit": "1" * 5_000}, "/limit"),
        ({"limit": "0000000010999999"}, "/limit"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(
    client: APIClient, query: dict[str, str], pointer: str
) -> None:
    response = client.get("/api/v1/products", query)

    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


@pytest.mark.parametrize("name", ["search", "category", "cursor", "ordering", "limit"])
def test_a_nul_character_is_refused_everywhere(client: APIClient, name: str) -> None:
    response = client.get("/api/v1/products", {name: "a\0b"})

    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("ordering", ["created", "-created", "title", "-title", "price", "-price"])
def test_paging_through_ties_shows_every_product_once_in_both_directions(
    client: APIClient, ordering: str
) -> None:
    for number in range(7):
        product(f"Twin {number}", variant(f"T{number}", 100 * (number % 2)))
    Product.objects.filter(title__in=["Twin 1", "Twin 4", "Twin 5"]).update(title="Same")
    everything = client.get("/api/v1/products", {"ordering": ordering}).json()["results"]

    def walk(url: str | None, link: str) -> list[list[str]]:
        pages = []
        while url and len(pages) < 10:
            parts = urlsplit(url)
            body = client.get(f"{parts.path}?{parts.query}").json()
            pages.append([item["id"] for item in body["results"]])
            last, url = url, body[link]
        pages.append([last])
        return pages

    *forwards, (last,) = walk(f"/api/v1/products?ordering={ordering}&limit=3", "next")
    *backwards, _ = walk(last, "previous")

    assert [pk for page in forwards for pk in page] == [item["id"] for item in everything]
    assert list(reversed(backwards)) == forwards


def test_a_page_links_to_its_neighbours_and_keeps_the_filters(client: APIClient) -> None:
    for number in range(3):
        product(f"Cup {number}")
    product("Plate")

    page = client.get("/api/v1/products", {"search": "cup", "limit": "2"}).json()
    second = client.get(page["next"]).json()

    assert page["previous"] is None
    assert page["next"].startswith("http://testserver/api/v1/products?search=cup&limit=2&cursor=")
    assert len(page["results"]) == 2
    assert len(second["results"]) == 1
    assert second["next"] is None
    assert client.get(second["previous"]).json()["results"] == page["results"]


def test_a_cursor_of_another_ordering_is_refused(client: APIClient) -> None:
    for number in range(3):
        product(f"Cup {number}")
    cursor = client.get("/api/v1/products", {"limit": "1"}).json()["next"].partition("cursor=")[2]

    response = client.get("/api/v1/products", {"ordering": "title", "cursor": cursor})

    assert response.status_code == 400
    assert response.json()["code"] == "invalid_cursor"
    assert [error["pointer"] for error in response.json()["errors"]] == ["/cursor"]


@pytest.mark.parametrize("time", ["garbage", "2020-01-01T00:00:00+23:59"])
def test_a_cursor_with_a_time_of_its_own_is_no_fault(client: APIClient, time: str) -> None:
    raw = orjson.dumps(["-created", [time, str(uuid7())], False])
    cursor = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    assert client.get("/api/v1/products", {"cursor": cursor}).status_code in (200, 400)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from catalog.models import Product, SearchWord
from tests.catalog import product, variant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop() -> None:
    product("Blue Mug", variant("MUG-BLUE"), description="Holds tea. Goes with the shirt.")
    product(
        "Linen Shirt",
        variant("SHIRT-S", title="Small", options={"Color": "Terracotta"}),
        variant("SHIRT-M", title="Medium", options={"Color": "Olive"}),
    )
    product("Running Shoes", variant("RUN-1"), description="For the road.")
    product("Crème Brûlée Set", variant("BRULEE"))
    product("Waterproof Jacket", variant("JACKET"))


def found(client: APIClient, text: str, **query: Any) -> list[str]:
    response = client.get("/api/v1/products", {"search": text, **query})
    assert response.status_code == 200, response.content
    return [item["title"] for item in response.json()["results"]]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("mug", ["Blue Mug"]),
        ("MUGS", ["Blue Mug"]),
        ("run", ["Running Shoes"]),
        ("blue mug", ["Blue Mug"]),
        ("mug blue ", ["Blue Mug"]),
        ("olive", ["Linen Shirt"]),
        ("small shirt", ["Linen Shirt"]),
        ("red mug", []),
        ("the", []),
    ],
)
def test_every_word_has_to_occur_in_title_variants_or_description(
    client: APIClient, text: str, titles: list[str]
) -> None:
    assert found(client, text) == titles


def test_a_hit_in_the_title_comes_before_one_in_the_description(client: APIClient) -> None:
    assert found(client, "shirt") == ["Linen Shirt", "Blue Mug"]
    assert found(client, "shirt", ordering="title") == ["Blue Mug", "Linen Shirt"]


@pytest.mark.parametrize(
    ("text", "title"),
    [("wat", "Waterproof Jacket"), ("linen sh", "Linen Shirt"), ("terrac", "Linen Shirt")],
)
def test_the_last_word_may_be_unfinished(client: APIClient, text: str, title: str) -> None:
    assert found(client, text) == [title]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("jakcet", "Waterproof Jacket"),
        ("jaket", "Waterproof Jacket"),
        ("watterprof", "Waterproof Jacket"),
        ("linnen shrit", "Linen Shirt"),
        ("creme brulee", "Crème Brûlée Set"),
        ("mgu", "Blue Mug"),
        ("runing sheos", "Running Shoes"),
    ],
)
def test_typing_errors_are_forgiven(client: APIClient, text: str, title: str) -> None:
    assert found(client, text)[:1] == [title]


def test_words_that_are_in_the_catalog_are_taken_as_they_are(client: APIClient) -> None:
    product("Mud Mask", variant("MUD"))

    assert found(client, "mud") == ["Mud Mask"]


def test_a_word_of_deleted_products_only_is_corrected(client: APIClient) -> None:
    product("Jackot", variant("ODD"))
    Product.objects.filter(title="Jackot").update(deleted_at="2026-01-01T00:00:00Z")

    assert found(client, "jackot ") == []
    assert SearchWord.objects.filter(word="jackot").exists()


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ('"blue mug"', ["Blue Mug"]),
        ('"mug blue"', []),
        ("shirt -linen", ["Blue Mug"]),
        ("jacket or shoes", ["Running Shoes", "Waterproof Jacket"]),
    ],
)
def test_quotes_minus_and_or_mean_what_they_mean_elsewhere(
    client: APIClient, text: str, titles: list[str]
) -> None:
    assert sorted(found(client, text)) == titles


@pytest.mark.parametrize("text", ["SHIRT-M", "shirt-m", "  SHIRT-M "])
def test_a_sku_is_found_exactly_and_first(client: APIClient, text: str) -> None:
    product("About SHIRT-M", variant("OTHER"), description="shirt m shirt m shirt m")

    assert found(client, text)[0] == "Linen Shirt"


@pytest.mark.parametrize(
    "text",
    [
        "%", "_", "'", "\\", "''''", "a' & 'b", "!!", "&", "|", ":*", "mug:*", "((", "<->", "🎉",
        "🎉 mug", "-", "--", '"', '"""', "or", "or or", "a" * 200, "é" * 200, "ab " * 66, "١٢٣",
        "mug' OR 1=1 --", "\u200b", "ｍｕｇ", "ß", "i̇", "x\u0301",
    ],
)  # fmt: skip
def test_nothing_that_is_typed_is_an_error(client: APIClient, text: str) -> None:
    found(client, text)


def test_an_empty_search_is_no_search(client: APIClient) -> None:
    assert len(found(client, "")) == 5
    assert len(found(client, "   ")) == 5


@pytest.mark.parametrize("text", ["mug", "linnen shrit wat"])
def test_a_search_costs_three_statements(
    client: APIClient, text: str, assert_statements: Callable[[int], Any]
) -> None:
    with assert_statements(3):
        found(client, text)

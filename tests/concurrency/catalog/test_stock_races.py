from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from catalog.domain import CategoryCycle, SkuTaken
from catalog.models import Product, Variant
from catalog.selectors import category_tree
from catalog.services import adjust_stock_of_sku, create_category, move_category
from core.errors import CongoCartError
from inventory.domain import InsufficientStock
from inventory.models import Movement, Stock
from tests.catalog import NOW, product, variant

pytestmark = pytest.mark.django_db(transaction=True)


def together(*calls: Callable[[], Any]) -> list[Any]:
    """What each call returned or raised, all begun at once on connections of their own."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait(timeout=10)
        try:
            return call()
        except CongoCartError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_corrections_at_the_same_time_all_count_and_none_goes_below_zero() -> None:
    product("Mug")

    def take() -> Any:
        return adjust_stock_of_sku(sku="MUG", delta=-3, reason="sold", actor_id=None, now=NOW)

    results = together(*[take] * 6)

    refused = [result for result in results if isinstance(result, InsufficientStock)]
    assert len(refused) == 3, results
    assert Stock.objects.get().on_hand == 1
    assert sum(Movement.objects.values_list("delta", flat=True)) == 1


def test_of_two_who_take_the_same_sku_one_is_refused() -> None:
    results = together(
        lambda: product("Cup", variant("SAME")), lambda: product("Mug", variant("SAME"))
    )

    assert sorted(type(result).__name__ for result in results) == ["Product", "SkuTaken"]
    assert Product.objects.count() == Variant.objects.count() == Stock.objects.count() == 1
    assert any(isinstance(result, SkuTaken) for result in results)


def test_products_with_the_same_words_are_created_at_the_same_time() -> None:
    results = together(
        *[
            lambda n=n: product(
                " ".join(sorted(WORDS, reverse=bool(n % 2))), variant(f"S{n}"), slug=f"p{n}"
            )
            for n in range(4)
        ]
    )

    assert [type(result) for result in results] == [Product] * 4


WORDS = ["apple", "banana", "cherry", "damson", "elder", "fig", "grape", "hazel"]


def test_two_moves_at_the_same_time_make_no_cycle() -> None:
    create_category(title="A")
    create_category(title="B")

    results = together(
        lambda: move_category(slug="a", parent="b"), lambda: move_category(slug="b", parent="a")
    )

    assert sum(isinstance(result, CategoryCycle) for result in results) == 1, results
    assert len(category_tree()) == 2

from __future__ import annotations

import pytest

from catalog.models import Product, Variant
from catalog.services import update_product, update_variant
from tests.catalog import NOW, product, variant
from tests.concurrency.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 60


def test_two_changes_of_one_variant_at_the_same_time_both_stand() -> None:
    product("Mug", variant("MUG"))
    for number in range(ROUNDS):
        title, options = f"Title {number}", {"Size": str(number)}

        at_once(
            lambda title=title: update_variant(sku="MUG", changes={"title": title}, now=NOW),
            lambda options=options: update_variant(
                sku="MUG", changes={"options": options}, now=NOW
            ),
        )

        assert Variant.objects.values_list("title", "options").get() == (title, options)
        assert Product.objects.get().keywords == f"{title} {number}"


def test_two_changes_of_one_product_at_the_same_time_both_stand() -> None:
    product("Mug")
    for number in range(ROUNDS // 3):
        text = str(number)

        at_once(
            lambda text=text: update_product(slug="mug", changes={"title": text}, now=NOW),
            lambda text=text: update_product(slug="mug", changes={"description": text}, now=NOW),
        )

        assert Product.objects.values_list("title", "description").get() == (text, text)

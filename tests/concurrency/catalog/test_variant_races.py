from __future__ import annotations

import pytest

from catalog.domain import ProductStatus
from catalog.models import Product, Variant
from catalog.services import change_product_status, update_product, update_variant
from core.errors import CongoCartError
from events.models import Event
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


def test_of_two_who_archive_a_product_at_the_same_time_one_does() -> None:
    mug = product("Mug")
    refused = []

    def put(status: ProductStatus) -> None:
        try:
            change_product_status(slug="mug", status=status, now=NOW)
        except CongoCartError as refusal:
            refused.append(refusal.code)

    for number in range(1, ROUNDS // 3):
        status = ProductStatus.ARCHIVED if number % 2 else ProductStatus.PUBLISHED

        at_once(lambda status=status: put(status), lambda status=status: put(status))

        assert refused == ["invalid_transition"] * number
        assert Product.objects.get().product_status is status
        assert Event.objects.filter(subject_id=mug.id).count() == number

from __future__ import annotations

from itertools import islice

import pytest

from catalog.models import Product
from catalog.services import update_variant
from tests.catalog import NOW, product, variant

pytestmark = pytest.mark.django_db


def test_a_product_with_more_text_than_can_be_searched_is_kept_and_changed() -> None:
    """PostgreSQL takes one megabyte of distinct words; every way in goes through the same text."""
    words = (f"word{number:08}" for number in range(100_000))
    lots = [{str(n): " ".join(islice(words, 10)) for n in range(100)} for _ in range(100)]

    product("Mug", *(variant(f"M{n}", options=options) for n, options in enumerate(lots)))
    update_variant(sku="M0", changes={"title": "First"}, now=NOW)

    assert len(Product.objects.get().keywords) <= 100_000
    assert Product.objects.filter(search_vector="first").exists()

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.utils import timezone

from catalog.domain import NewVariant, Offer
from catalog.models import Product, Variant
from catalog.selectors import offers
from catalog.services import create_product
from core.money import Money
from inventory.models import Stock

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def mugs(count: int = 2) -> Product:
    return create_product(
        title="Mug",
        variants=[
            NewVariant(
                sku=f"MUG-{number}",
                title=f"No. {number}",
                prices=(Money(1000 + number, "GBP"), Money(1200 + number, "EUR")),
                stock=10,
            )
            for number in range(count)
        ],
        now=NOW,
    )


def test_an_offer_says_price_title_and_what_can_be_ordered() -> None:
    mugs()
    Stock.objects.filter(variant__sku="MUG-1").update(reserved=4)

    (offer,) = offers(currency="EUR", skus=["MUG-1"])

    assert offer == Offer(
        variant_id=Variant.objects.get(sku="MUG-1").id,
        sku="MUG-1",
        title="Mug – No. 1",
        unit_price=1201,
        currency="EUR",
        available=6,
        is_for_sale=True,
        product="mug",
        product_body={"slug": "mug", "title": "Mug"},
    )


def test_a_variant_without_a_price_in_the_currency_is_offered_without_a_price() -> None:
    mugs()

    (offer,) = offers(currency="USD", skus=["MUG-0"])

    assert offer.unit_price is None
    assert offer.is_for_sale


def test_skus_and_ids_are_found_together_and_each_variant_once() -> None:
    mugs(3)
    ids = dict(Variant.objects.values_list("sku", "id"))

    found = offers(
        currency="GBP",
        skus=["MUG-0", "MUG-1", "MUG-0", "NO-SUCH"],
        variant_ids=[ids["MUG-1"], ids["MUG-2"], uuid4()],
    )

    assert sorted(offer.sku for offer in found) == ["MUG-0", "MUG-1", "MUG-2"]


def test_nothing_named_is_nothing_found() -> None:
    mugs()

    assert offers(currency="GBP") == []


def test_deleted_variants_and_products_are_shown_as_not_sold() -> None:
    product = mugs()
    Variant.objects.filter(sku="MUG-0").update(deleted_at=timezone.now())
    assert {o.sku: o.is_for_sale for o in offers(currency="GBP", skus=["MUG-0", "MUG-1"])} == {
        "MUG-0": False,
        "MUG-1": True,
    }

    Product.objects.filter(pk=product.pk).update(deleted_at=timezone.now())
    assert not any(o.is_for_sale for o in offers(currency="GBP", skus=["MUG-0", "MUG-1"]))


@pytest.mark.parametrize("change", [{"tracked": False}, {"backorder": True}])
def test_what_is_not_limited_by_stock_is_plenty(change: dict[str, bool]) -> None:
    mugs()
    Stock.objects.update(on_hand=0, **change)

    assert [o.available for o in offers(currency="GBP", skus=["MUG-0"])] == [9_999]


@pytest.mark.parametrize("count", [1, 592])
def test_offers_are_one_statement_whatever_their_number(
    count: int, django_assert_num_queries
) -> None:
    mugs(count)
    ids = list(Variant.objects.values_list("id", flat=True))

    with django_assert_num_queries(1):
        found = offers(currency="GBP", variant_ids=ids, skus=["MUG-0"])

    assert len(found) == count

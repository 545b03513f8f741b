from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db.models import Sum

from catalog.domain import NewVariant, VariantNotFound
from catalog.models import Product, Variant
from catalog.services import adjust_stock_of_sku, create_product
from core.money import Money
from inventory.domain import InsufficientStock, MovementKind, StockTooLarge
from inventory.models import Movement, Stock

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def mug() -> Stock:
    create_product(
        title="Mug",
        variants=[
            NewVariant(sku="MUG", prices=(Money(1000, "GBP"),), stock=10),
            NewVariant(sku="MUG-NONE", prices=(Money(1000, "GBP"),)),
        ],
        now=NOW,
    )
    return Stock.objects.get(variant__sku="MUG")


def adjust(delta: int, sku: str = "MUG") -> int:
    done = adjust_stock_of_sku(sku=sku, delta=delta, reason="recount", actor_id=None, now=NOW)
    return done.level.on_hand


def test_every_new_variant_has_stock_and_units_at_hand_are_an_initial_movement(mug: Stock) -> None:
    assert dict(Stock.objects.values_list("variant__sku", "on_hand")) == {
        "MUG": 10,
        "MUG-NONE": 0,
    }
    movement = Movement.objects.get()
    assert (movement.stock, movement.delta, movement.kind) == (mug, 10, MovementKind.INITIAL)


def test_a_correction_changes_the_stock_and_the_movements_add_up_to_it(mug: Stock) -> None:
    assert adjust(5) == 15
    assert adjust(-15) == 0

    mug.refresh_from_db()
    assert mug.on_hand == 0
    assert mug.movements.aggregate(total=Sum("delta"))["total"] == 0
    assert list(
        mug.movements.filter(kind=MovementKind.ADJUSTMENT)
        .order_by("id")
        .values_list("delta", "reason")
    ) == [(5, "recount"), (-15, "recount")]


def test_stock_never_falls_below_what_checkouts_hold(mug: Stock) -> None:
    Stock.objects.filter(pk=mug.pk).update(reserved=4)

    with pytest.raises(InsufficientStock) as refusal:
        adjust(-7)

    assert refusal.value.extra["items"] == [{"sku": "MUG", "requested": 7, "available": 6}]
    assert adjust(-6) == 4
    assert Movement.objects.filter(kind=MovementKind.ADJUSTMENT).count() == 1


def test_what_may_be_sold_below_zero_can_be_corrected_below_zero(mug: Stock) -> None:
    Stock.objects.filter(pk=mug.pk).update(backorder=True)

    assert adjust(-20_000) == -19_990


def test_stock_has_an_upper_limit(mug: Stock) -> None:
    with pytest.raises(StockTooLarge):
        adjust(1_000_000_000)


def test_what_buyers_do_not_see_has_stock_to_correct(mug: Stock) -> None:
    Product.objects.update(deleted_at=NOW)
    adjust(1)


@pytest.mark.parametrize("gone", ["variant", "never was"])
def test_what_is_not_there_has_no_stock_to_correct(mug: Stock, gone: str) -> None:
    if gone == "variant":
        Variant.objects.update(deleted_at=NOW)

    with pytest.raises(VariantNotFound):
        adjust(1, "NO-SUCH" if gone == "never was" else "MUG")

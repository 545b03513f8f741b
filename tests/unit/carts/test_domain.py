"""The rules of a cart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from carts.domain import (
    CartFull,
    CartNotOpen,
    CartStatus,
    CartView,
    CurrencyMismatch,
    OfferedLine,
    UnknownSku,
    merged_lines,
    require_cart_limits,
    require_for_sale,
    require_open,
    with_quantities,
)
from catalog.domain import Offer
from core.errors import FieldError
from core.ids import uuid7
from core.items import MAX_LINES, MAX_QUANTITY, ItemRequest
from core.messages import Message
from pricing.domain import Buyer, Offering, Rules, Terms
from tests.pricing import quote

NOW = datetime(2026, 7, 1, tzinfo=UTC)
TERMS = Terms(Rules(), Buyer(), Offering(), NOW)


def offer(
    sku: str, price: int | None = 1000, *, available: int = 9, for_sale: bool = True
) -> Offer:
    return Offer(uuid7(), sku, sku.capitalize(), price, "GBP", available, for_sale)


def line(of: Offer, quantity: int = 1, seen_price: int = 1000) -> OfferedLine:
    return OfferedLine(uuid7(), of, quantity, seen_price)


def messages(*lines: OfferedLine) -> list[Message]:
    return CartView(
        uuid7(), CartStatus.OPEN, 1, "GBP", NOW, None, None, lines, (), TERMS, quote([])
    ).messages


def test_a_quantity_changes_in_place_and_shows_the_buyer_todays_price() -> None:
    mug, bowl = offer("mug", 1200), offer("bowl", 700)
    lines = [line(mug, 1, seen_price=1000), line(bowl, 2, seen_price=600)]

    assert with_quantities(lines, {mug: 4}) == [
        replace(lines[0], quantity=4, seen_price=1200, seen_quantity=4),
        lines[1],
    ]


def test_what_is_not_in_the_cart_yet_is_added_at_the_end_in_the_order_asked_for() -> None:
    mug, bowl, jug = offer("mug"), offer("bowl", 700), offer("jug", 900)
    held = line(mug)

    first, *added = with_quantities([held], {bowl: 2, jug: 3})

    assert first is held
    assert [(new.offer, new.quantity, new.seen_price) for new in added] == [
        (bowl, 2, 700),
        (jug, 3, 900),
    ]
    assert len({held.id, *(new.id for new in added)}) == 3


def test_a_line_that_has_lost_its_price_keeps_the_one_that_was_seen() -> None:
    mug = offer("mug", None)

    (changed,) = with_quantities([line(mug, 1, seen_price=1000)], {mug: 2})

    assert (changed.quantity, changed.seen_price, changed.unit_price) == (2, 1000, 1000)


def test_merging_adds_up_the_units_of_a_variant_and_appends_the_others_under_new_ids() -> None:
    mug, bowl, jug = offer("mug"), offer("bowl"), offer("jug")
    own = [line(mug, 1), line(bowl, 2)]
    arriving = [line(jug, 5), line(bowl, 3)]

    merged = merged_lines(own, arriving)

    assert [(one.offer, one.quantity) for one in merged] == [(mug, 1), (bowl, 5), (jug, 5)]
    assert [one.id for one in merged[:2]] == [one.id for one in own]
    assert merged[2].id != arriving[0].id


@pytest.mark.parametrize(("own", "arriving"), [(1000, 1200), (1200, 1000), (1000, 1000)])
def test_merging_keeps_the_price_that_has_changed_since_it_was_seen(
    own: int, arriving: int
) -> None:
    mug = offer("mug", 1200)

    (merged,) = merged_lines([line(mug, seen_price=own)], [line(mug, seen_price=arriving)])

    assert merged.seen_price == 1000


def test_a_line_that_is_no_longer_for_sale_costs_what_was_seen() -> None:
    gone = line(offer("mug", 1200, for_sale=False), 3, seen_price=1000)

    assert (gone.unit_price, gone.total, gone.is_for_sale) == (1000, 3000, False)
    assert messages(gone) == [Message("not_available", "/items/0", "Mug is no longer for sale.")]


def test_a_buyer_is_told_of_a_new_price_and_of_too_few_units() -> None:
    assert messages(line(offer("jug")), line(offer("mug", 1200, available=2), 3)) == [
        Message("price_changed", "/items/1/unit_price", "The price of Mug has changed."),
        Message("insufficient_stock", "/items/1/quantity", "Only 2 of Mug can be bought now."),
    ]


def test_a_buyer_is_told_that_a_line_has_sold_out() -> None:
    assert messages(line(offer("mug", available=0))) == [
        Message("insufficient_stock", "/items/0/quantity", "Mug is sold out.")
    ]


def test_every_sku_that_is_not_for_sale_is_named_where_the_request_names_it() -> None:
    requested = [
        ItemRequest("mug", 1, "/items/0/sku"),
        ItemRequest("old", 1, "/items/1/sku"),
        ItemRequest("none", 1, "/items/2/sku"),
    ]

    with pytest.raises(UnknownSku) as refused:
        require_for_sale(requested, [offer("mug", None), offer("old", for_sale=False)])

    assert refused.value.extra == {"skus": ["old", "none"]}
    assert refused.value.errors[1] == FieldError(
        "/items/2/sku", "unknown_sku", "These SKUs are not for sale: none."
    )


def test_a_sku_without_a_price_in_the_currency_is_refused() -> None:
    with pytest.raises(CurrencyMismatch) as refused:
        require_for_sale([ItemRequest("mug", 1)], [offer("mug", None)])

    assert refused.value.extra == {"skus": ["mug"]}


@pytest.mark.parametrize("quantities", [[1] * (MAX_LINES + 1), [MAX_QUANTITY + 1]])
def test_a_cart_is_full_at_its_limits(quantities: list[int]) -> None:
    require_cart_limits([MAX_QUANTITY] * MAX_LINES)
    with pytest.raises(CartFull):
        require_cart_limits(quantities)


@pytest.mark.parametrize(
    ("status", "left"),
    [(CartStatus.ORDERED, 1), (CartStatus.MERGED, 1), (CartStatus.OPEN, 0)],
)
def test_only_an_open_cart_can_be_changed_before_it_expires(status: CartStatus, left: int) -> None:
    require_open(CartStatus.OPEN, NOW + timedelta(seconds=1), NOW)
    with pytest.raises(CartNotOpen):
        require_open(status, NOW + timedelta(seconds=left), NOW)

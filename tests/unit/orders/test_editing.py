"""The rules of editing an order, on plain values."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.items import MAX_LINES, MAX_QUANTITY
from core.states import InvalidTransition
from orders.domain import (
    EditChangesNothing,
    FulfillmentStatus,
    ItemsStay,
    OrderNotEditable,
    OrderOnHold,
    OrderStatus,
    OrderTooLarge,
    require_editable,
    require_size,
    require_units_stay,
    units_moved,
)

IDS = [UUID(int=number) for number in range(1, 6)]
NOW = datetime(2026, 7, 1, tzinfo=UTC)
UNITS = st.dictionaries(st.sampled_from(IDS), st.integers(1, 9), min_size=1)


@given(before=UNITS, after=UNITS)
def test_what_moves_makes_the_one_of_the_other(
    before: dict[UUID, int], after: dict[UUID, int]
) -> None:
    if before == after:
        with pytest.raises(EditChangesNothing):
            units_moved(before, after)
        return
    moved = units_moved(before, after)
    assert not moved.taken.keys() & moved.put_back.keys()
    assert all(count > 0 for count in [*moved.taken.values(), *moved.put_back.values()])
    for key in IDS:
        change = moved.taken.get(key, 0) - moved.put_back.get(key, 0)
        assert before.get(key, 0) + change == after.get(key, 0)


def test_only_an_open_order_with_something_left_to_send_is_edited() -> None:
    allowed = []
    for status, fulfillment in product(OrderStatus, FulfillmentStatus):
        for held_at, refunded in product((None, NOW), (False, True)):
            try:
                require_editable(status, fulfillment, held_at=held_at, refunded=refunded)
            except (InvalidTransition, OrderNotEditable, OrderOnHold):
                continue
            allowed.append((status, fulfillment, held_at, refunded))
    assert allowed == [
        (OrderStatus.OPEN, FulfillmentStatus.UNFULFILLED, None, False),
        (OrderStatus.OPEN, FulfillmentStatus.PARTIALLY_FULFILLED, None, False),
    ]


def test_what_was_sent_stays_and_each_sku_that_would_not_is_named() -> None:
    require_units_stay({"A": 2, "B": 0}, {"A": 2})
    with pytest.raises(ItemsStay) as refused:
        require_units_stay({"A": 2, "B": 1, "C": 1}, {"A": 1, "C": 1})
    assert refused.value.extra == {
        "items": [{"sku": "A", "staying": 2}, {"sku": "B", "staying": 1}]
    }


def test_an_order_is_bounded_by_lines_and_by_units() -> None:
    require_size({UUID(int=number): MAX_QUANTITY for number in range(MAX_LINES)})
    with pytest.raises(OrderTooLarge):
        require_size({UUID(int=number): 1 for number in range(MAX_LINES + 1)})
    with pytest.raises(OrderTooLarge):
        require_size({IDS[0]: MAX_QUANTITY + 1})

"""The rules of editing an order, on plain values."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.items import MAX_LINES, MAX_QUANTITY
from core.states import InvalidTransition
from orders.domain import (
    EditChangesNothing,
    FulfillmentStatus,
    OrderNotEditable,
    OrderStatus,
    OrderTooLarge,
    require_editable,
    require_size,
    units_moved,
)

IDS = [UUID(int=number) for number in range(1, 6)]
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


def test_only_an_open_order_of_which_nothing_was_sent_or_refunded_is_edited() -> None:
    allowed = []
    for status in OrderStatus:
        for fulfillment in FulfillmentStatus:
            for refunded in (False, True):
                try:
                    require_editable(status, fulfillment, refunded=refunded)
                except (InvalidTransition, OrderNotEditable):
                    continue
                allowed.append((status, fulfillment, refunded))
    assert allowed == [(OrderStatus.OPEN, FulfillmentStatus.UNFULFILLED, False)]


def test_an_order_is_bounded_by_lines_and_by_units() -> None:
    require_size({UUID(int=number): MAX_QUANTITY for number in range(MAX_LINES)})
    with pytest.raises(OrderTooLarge):
        require_size({UUID(int=number): 1 for number in range(MAX_LINES + 1)})
    with pytest.raises(OrderTooLarge):
        require_size({IDS[0]: MAX_QUANTITY + 1})

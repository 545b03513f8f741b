from __future__ import annotations

import pytest

from inventory.domain import units_available


@pytest.mark.parametrize(
    ("on_hand", "reserved", "tracked", "backorder", "available"),
    [
        (5, 2, True, False, 3),
        (5, 5, True, False, 0),
        (2, 5, True, False, 0),
        (0, 0, False, False, 9_999),
        (-3, 0, True, True, 9_999),
        (None, None, None, None, 0),
    ],
)
def test_units_available(
    on_hand: int | None,
    reserved: int | None,
    tracked: bool | None,
    backorder: bool | None,
    available: int,
) -> None:
    assert (
        units_available(on_hand=on_hand, reserved=reserved, tracked=tracked, backorder=backorder)
        == available
    )

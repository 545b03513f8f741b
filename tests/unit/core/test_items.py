"""Items that are asked for by SKU."""

from __future__ import annotations

from core.items import ItemRequest, units_by_sku


def test_units_of_a_repeated_sku_add_up_where_it_is_first_mentioned() -> None:
    requested = [ItemRequest("MUG", 2), ItemRequest("BOWL", 1), ItemRequest("MUG", 3)]

    assert list(units_by_sku(requested).items()) == [("MUG", 5), ("BOWL", 1)]

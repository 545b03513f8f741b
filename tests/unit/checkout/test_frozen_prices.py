"""What a checkout keeps of the breaks of a price."""

from __future__ import annotations

import pytest

from catalog.domain import Offer
from checkout.services.items import frozen_breaks, frozen_price
from core.ids import uuid7


def offer(prices: dict[int, int | None]) -> Offer:
    return Offer(uuid7(), "MUG", "Mug", 1_000, "GBP", 9, True).at_prices(prices)


@pytest.mark.parametrize(
    ("prices", "breaks", "costs"),
    [
        ({1: 1_000}, [], {1: 555, 99: 555}),
        ({1: 1_000, 10: 900}, [[1, 1_000], [10, 900]], {1: 1_000, 9: 1_000, 10: 900, 99: 900}),
        # Fewer units than any price is for cost no less than the fewest that have one.
        ({1: None, 10: 900, 100: 700}, [[10, 900], [100, 700]], {9: 900, 10: 900, 100: 700}),
    ],
)
def test_every_number_of_units_keeps_its_price(
    prices: dict[int, int | None], breaks: list[list[int]], costs: dict[int, int]
) -> None:
    assert frozen_breaks(offer(prices)) == breaks
    assert {units: frozen_price(breaks, units, or_else=555) for units in costs} == costs

"""Items that are asked for by SKU, in a cart, a checkout or a refund."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MAX_LINES = 1_000
MAX_QUANTITY = 9_999


@dataclass(frozen=True, slots=True)
class ItemRequest:
    """Units of a SKU as the client asked for them; `pointer` locates the SKU in the request."""

    sku: str
    quantity: int
    pointer: str = "/sku"


def units_by_sku(requested: Iterable[ItemRequest]) -> dict[str, int]:
    """Add up the units of each SKU, in the order in which SKUs are first mentioned."""
    units: dict[str, int] = {}
    for item in requested:
        units[item.sku] = units.get(item.sku, 0) + item.quantity
    return units

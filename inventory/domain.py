"""The rules of stock: what is available, and how demand is met or refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from core.errors import Conflict
from core.states import Status

# What an untracked or back-orderable variant says is available: the most one line can hold.
UNLIMITED_AVAILABILITY = 9_999
MAX_ON_HAND = 1_000_000_000
# What someone unknown may hold of a variant however few units there are.
ALWAYS_HOLDABLE = 10


class MovementKind(Status):
    """Why stock changed."""

    INITIAL = "initial"
    ADJUSTMENT = "adjustment"
    SALE = "sale"
    CANCELLATION = "cancellation"
    RETURN = "return"
    EDIT = "edit"  # taken off an order before it was sent


class InsufficientStock(Conflict):
    """There are not enough units left."""

    code = "insufficient_stock"


class StockTooLarge(Conflict):
    """More than a billion units of one variant cannot be kept."""

    code = "stock_too_large"


def units_available(
    *, on_hand: int | None, reserved: int | None, tracked: bool | None, backorder: bool | None
) -> int:
    """Return the units that can be ordered now; without a stock row (all None) there are none."""
    if on_hand is None or reserved is None:
        return 0
    if not tracked or backorder:
        return UNLIMITED_AVAILABILITY
    return max(0, on_hand - reserved)


def units_holdable(*, on_hand: int, share: Decimal) -> int:
    """Return how many units of a variant someone may hold without saying who they are."""
    return max(ALWAYS_HOLDABLE, int(on_hand * share))


@dataclass(frozen=True, slots=True)
class Level:
    """The stock of one variant at one moment, in units."""

    variant_id: UUID
    sku: str
    on_hand: int
    reserved: int
    tracked: bool = True
    backorder: bool = False

    @property
    def available(self) -> int:
        """Return the units that a new checkout could reserve."""
        return units_available(
            on_hand=self.on_hand,
            reserved=self.reserved,
            tracked=self.tracked,
            backorder=self.backorder,
        )


def fell_low(level: Level, taken: int, low: int) -> bool:
    """Tell whether units `taken` leave at most `low` on hand, where there were more before."""
    counts = level.tracked and not level.backorder
    return counts and level.on_hand - taken <= low < level.on_hand


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A correction of stock that was made, and the stock after it."""

    id: UUID
    delta: int
    reason: str
    created_at: datetime
    level: Level


@dataclass(frozen=True, slots=True)
class Shortage:
    """A variant of which more is wanted than there is."""

    sku: str
    requested: int
    available: int

    def as_dict(self) -> dict[str, str | int]:
        """Return it as a member of the problem document."""
        return {"sku": self.sku, "requested": self.requested, "available": self.available}


def shortages(levels: Iterable[Level], demand: Mapping[UUID, int]) -> list[Shortage]:
    """Return each variant whose `demand` (units by variant id) exceeds what is available."""
    return [
        Shortage(level.sku, demand[level.variant_id], level.available)
        for level in levels
        if demand[level.variant_id] > level.available
    ]


def insufficient(short: Iterable[Shortage]) -> InsufficientStock:
    """Return the refusal that names every short SKU."""
    items = [shortage.as_dict() for shortage in short]
    named = ", ".join(f"{item['sku']} ({item['available']} left)" for item in items)
    return InsufficientStock(f"There are not enough units left of: {named}.", items=items)


def on_hand_after(level: Level, delta: int) -> int:
    """Return the units on hand after a correction by `delta`.

    Raises `InsufficientStock` when fewer would be left than checkouts hold, unless the
    variant may be sold below zero, or `StockTooLarge`.
    """
    left = level.on_hand + delta
    limited = level.tracked and not level.backorder
    if limited and delta < 0 and left < level.reserved:
        raise insufficient([Shortage(level.sku, -delta, level.available)])
    if abs(left) > MAX_ON_HAND:
        raise StockTooLarge
    return left

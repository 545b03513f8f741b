"""What a promotion takes off, in a few words for those who edit it."""

from __future__ import annotations

from decimal import Decimal

from core.money import Money
from pricing.domain.promotions import (
    Action,
    AmountOff,
    Break,
    Bundle,
    BuyXGetY,
    FixedPrice,
    Percent,
    QuantityBreaks,
    Target,
    Tier,
    Tiered,
)

_OFF = {Target.ORDER: "the order", Target.LINES: "each item", Target.SHIPPING: "shipping"}


def action_in_words(action: Action) -> str:
    """Return what an action does: `10% off the order`; of steps the first, and how many more."""
    words = "Free shipping"
    match action:
        case Percent(target=target) | AmountOff(target=target):
            words = f"{_share(action)} off {_OFF[target]}"
        case FixedPrice(amount):
            words = f"Each item for {amount}"
        case BuyXGetY(buy, get, percent):
            price = "free" if percent == 100 else f"{percent:f}% off"
            words = f"Buy {buy}, get {get} {price}"
        case Tiered((first, *more)):
            words = f"{_share(first)} off from {first.min_subtotal}{_and(more)}"
        case QuantityBreaks((first, *more)):
            each = "off" if first.percent is not None else "each"
            words = f"{_share(first)} {each} from {first.min_quantity} units{_and(more)}"
        case Bundle(units, amount):
            together = " + ".join(f"{count} × {sku}" for sku, count in units.items())
            words = f"{together} for {amount}"
    return words


def _and(more: list[Tier] | list[Break]) -> str:
    return f" (+{len(more)} more)" if more else ""


def _share(of: Percent | AmountOff | Tier | Break) -> str:
    percent: Decimal | None = getattr(of, "percent", None)
    amount: Money | None = getattr(of, "amount", None)
    return str(amount) if percent is None else f"{percent:f}%"

"""What each action takes off: of a whole, such as the order or its shipping, or of each line.

Percentages are rounded half up, once: of the whole, or of each line. What the functions here
return may exceed what is left, or be below zero; `discounts` takes no more than there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TypeGuard

from core.money import Money, split
from pricing.domain.promotions import (
    Action,
    AmountOff,
    Break,
    Bundle,
    BuyXGetY,
    FixedPrice,
    FreeShipping,
    Percent,
    PromotionClass,
    QuantityBreaks,
    Target,
    Tier,
    Tiered,
)
from pricing.domain.selection import Selection

LineAction = Percent | AmountOff | FixedPrice | BuyXGetY | QuantityBreaks | Bundle


def class_of(action: Action) -> PromotionClass:
    """Return which kind of promotion has this action."""
    match action:
        case FreeShipping() | Percent(target=Target.SHIPPING) | AmountOff(target=Target.SHIPPING):
            return PromotionClass.SHIPPING
        case Tiered() | Percent(target=Target.ORDER) | AmountOff(target=Target.ORDER):
            return PromotionClass.ORDER
        case _:
            return PromotionClass.PRODUCT


def is_off_lines(action: Action) -> TypeGuard[LineAction]:
    """Tell whether `off_lines` knows the action; all others `off_whole` does."""
    return class_of(action) is PromotionClass.PRODUCT


def money_in(action: Action) -> list[Money]:
    """Return every amount that an action names: it works in their currency alone."""
    match action:
        case AmountOff(amount) | FixedPrice(amount) | Bundle(amount=amount):
            return [amount]
        case Tiered(steps) | QuantityBreaks(steps):
            amounts = [step.amount for step in steps if step.amount]
            return amounts + [step.min_subtotal for step in steps if isinstance(step, Tier)]
        case _:
            return []


def has_items(action: Action, selection: Selection) -> bool:
    """Tell whether there is anything that an action could be about."""
    if isinstance(action, Bundle):
        return any(item.sku in action.units for item in selection.items)
    return bool(selection.items)


def missing_subtotal(action: Action, selection: Selection) -> int:
    """Return how many minor units more an action needs before it takes anything off."""
    if not isinstance(action, Tiered):
        return 0
    return min(tier.min_subtotal.amount for tier in action.tiers) - selection.subtotal


def missing_units(action: Action, selection: Selection) -> int:
    """Return how many units more an action needs before it takes anything off."""
    match action:
        case BuyXGetY(buy, get):
            return buy + get - selection.quantity
        case QuantityBreaks(breaks):
            most = max(item.quantity for item in selection.items)
            return min(step.min_quantity for step in breaks) - most
        case Bundle(units):
            found = _quantities(selection, units)
            return sum(max(count - found.get(sku, 0), 0) for sku, count in units.items())
        case _:
            return 0


def off_whole(action: Action, selection: Selection, left: int) -> int:
    """Return what an action takes off the `left` minor units of the order or of its shipping."""
    match action:
        case Percent(percent):
            return _share(percent)(left)
        case AmountOff(amount):
            return amount.amount
        case Tiered(tiers):
            reached = [tier for tier in tiers if tier.min_subtotal.amount <= selection.subtotal]
            highest = max(reached, key=lambda tier: tier.min_subtotal)
            return off_whole(_of_step(highest, AmountOff), selection, left)
        case _:  # free shipping
            return left


def off_lines(action: LineAction, selection: Selection, left: Sequence[int]) -> Iterable[int]:
    """Return what an action takes off each of the selected lines, of which `left` are left.

    No more is computed than is looked at: most often the first tells that it takes anything off.
    """
    match action:
        case Percent(percent):
            return map(_share(percent), left)
        case BuyXGetY():
            return _off_cheapest(action, selection, left)
        case Bundle():
            return _off_bundle(action, selection, left)
        case _:
            return map(_off_line(action), left, (item.quantity for item in selection.items))


def _off_line(
    action: Percent | AmountOff | FixedPrice | QuantityBreaks,
) -> Callable[[int, int], int]:
    """Return what is taken off a line, by what is left of it and by its units."""
    match action:
        case Percent(percent):
            share = _share(percent)
            return lambda left, _: share(left)
        case AmountOff(amount):
            return lambda _, units: amount.amount * units
        case FixedPrice(amount):
            return lambda left, units: left - amount.amount * units
        case QuantityBreaks(breaks):
            highest_first = sorted(breaks, key=lambda step: -step.min_quantity)
            offs = [
                (step.min_quantity, _off_line(_of_step(step, FixedPrice))) for step in highest_first
            ]
            return lambda left, units: next(
                (off(left, units) for lowest, off in offs if lowest <= units), 0
            )


def _off_cheapest(action: BuyXGetY, selection: Selection, left: Sequence[int]) -> list[int]:
    """Take a share off the cheapest units at list price, whichever lines they are on."""
    units = selection.quantity // (action.buy + action.get) * action.get
    off = [0] * len(left)
    for place in sorted(range(len(left)), key=lambda each: selection.items[each].unit_price):
        quantity = selection.items[place].quantity
        taken = min(units, quantity)
        units -= taken
        off[place] = _share(action.percent, divided_by=quantity)(left[place] * taken)
    return off


def _off_bundle(action: Bundle, selection: Selection, left: Sequence[int]) -> list[int]:
    """Take off what the units of all complete bundles cost above the bundles' price."""
    found = _quantities(selection, action.units)
    bundles = min(found[sku] // count for sku, count in action.units.items())
    costs = [
        rest * action.units.get(item.sku, 0) * bundles // item.quantity
        for item, rest in zip(selection.items, left, strict=True)
    ]
    return split(max(sum(costs) - bundles * action.amount.amount, 0), costs)


def _quantities(selection: Selection, skus: Mapping[str, int]) -> dict[str, int]:
    return {item.sku: item.quantity for item in selection.items if item.sku in skus}


def _of_step(
    step: Tier | Break, amount_means: Callable[[Money], AmountOff | FixedPrice]
) -> Percent | AmountOff | FixedPrice:
    """Return the action of a step, which has either a share or an amount."""
    return amount_means(step.amount) if step.amount else Percent(step.percent or Decimal(0))


def _share(percent: Decimal, *, divided_by: int = 1) -> Callable[[int], int]:
    """Return a function that computes a percentage of minor units, rounded half up."""
    numerator, denominator = percent.as_integer_ratio()
    double, whole = 2 * numerator, 100 * denominator * divided_by
    return lambda amount: (double * amount + whole) // (2 * whole)

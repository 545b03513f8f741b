"""Whether a promotion is for this basket, this buyer and this moment, and if not why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from pricing.domain.actions import missing_subtotal, missing_units, money_in
from pricing.domain.basket import Basket
from pricing.domain.ledger import Reason
from pricing.domain.promotions import Bundle, Conditions, Promotion
from pricing.domain.selection import Selection

MINIMUMS = frozenset({Reason.MINIMUM_NOT_MET, Reason.QUANTITY_NOT_MET})


@dataclass(frozen=True, slots=True)
class Refusal:
    """A condition that does not hold; `missing` minor units or units would make it hold."""

    reason: Reason
    missing: int | None = None


def refusals(
    promotion: Promotion, basket: Basket, selection: Selection, *, now: datetime
) -> Iterator[Refusal]:
    """Yield what keeps a promotion from applying; what more items would change comes last.

    Whether this is a first order may be unknown, as it is in a cart: it is decided later.
    """
    for reason in _of_moment(promotion, now):
        yield Refusal(reason)
    for reason in _of_buyer(promotion.conditions, basket):
        yield Refusal(reason)
    amounts = money_in(promotion.action)
    if promotion.conditions.min_subtotal:
        amounts.append(promotion.conditions.min_subtotal)
    if any(money.currency != basket.currency for money in amounts):
        yield Refusal(Reason.CURRENCY_MISMATCH)
    elif not _has_matching_items(promotion, selection):
        yield Refusal(Reason.NO_MATCHING_ITEMS)
    else:
        yield from _of_minimums(promotion, selection)


def _of_moment(promotion: Promotion, now: datetime) -> Iterator[Reason]:
    if promotion.starts_at and now < promotion.starts_at:
        yield Reason.NOT_STARTED
    if promotion.ends_at and now >= promotion.ends_at:
        yield Reason.EXPIRED
    weekdays = promotion.conditions.weekdays
    if weekdays and now.astimezone(UTC).isoweekday() not in weekdays:
        yield Reason.WEEKDAY_NOT_ELIGIBLE


def _of_buyer(conditions: Conditions, basket: Basket) -> Iterator[Reason]:
    if conditions.customer_groups and not conditions.customer_groups & basket.buyer.groups:
        yield Reason.CUSTOMER_NOT_ELIGIBLE
    if conditions.first_order and basket.buyer.first_order is False:
        yield Reason.NOT_FIRST_ORDER
    if conditions.countries:
        if basket.destination is None:
            yield Reason.COUNTRY_UNKNOWN
        elif basket.destination.country not in conditions.countries:
            yield Reason.COUNTRY_NOT_ELIGIBLE


def _has_matching_items(promotion: Promotion, selection: Selection) -> bool:
    if isinstance(promotion.action, Bundle):
        return any(item.sku in promotion.action.units for item in selection.items)
    return bool(selection.items)


def _of_minimums(promotion: Promotion, selection: Selection) -> Iterator[Refusal]:
    conditions = promotion.conditions
    subtotal = missing_subtotal(promotion.action, selection)
    if conditions.min_subtotal:
        subtotal = max(subtotal, conditions.min_subtotal.amount - selection.subtotal)
    if subtotal > 0:
        yield Refusal(Reason.MINIMUM_NOT_MET, subtotal)
    units = missing_units(promotion.action, selection)
    if conditions.min_quantity:
        units = max(units, conditions.min_quantity - selection.quantity)
    if units > 0:
        yield Refusal(Reason.QUANTITY_NOT_MET, units)

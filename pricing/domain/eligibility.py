"""Whether a promotion is for this basket, this buyer and this moment, and if not why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from pricing.domain.actions import has_items, missing_subtotal, missing_units, money_in
from pricing.domain.basket import Basket
from pricing.domain.ledger import Reason
from pricing.domain.promotions import Promotion
from pricing.domain.selection import Selection


@dataclass(frozen=True, slots=True)
class Refusal:
    """A condition that does not hold; `missing` minor units or units would make it hold."""

    reason: Reason
    missing: int | None = None


def refusals(
    promotion: Promotion, basket: Basket, selection: Selection, *, now: datetime
) -> list[Refusal]:
    """Return what keeps a promotion from applying; minimums if there is nothing else.

    Whether this is a first order may be unknown, as it is in a cart: it is decided later.
    """
    conditions, buyer = promotion.conditions, basket.buyer
    amounts = money_in(promotion.action)
    if conditions.min_subtotal:
        amounts.append(conditions.min_subtotal)
    bound = bool(conditions.countries)
    country = basket.destination.country if basket.destination else None
    in_utc = now.astimezone(UTC)
    checked = (
        (Reason.NOT_STARTED, promotion.starts_at and now < promotion.starts_at),
        (Reason.EXPIRED, promotion.ends_at and now >= promotion.ends_at),
        (
            Reason.WEEKDAY_NOT_ELIGIBLE,
            conditions.weekdays and in_utc.isoweekday() not in conditions.weekdays,
        ),
        (
            Reason.CUSTOMER_NOT_ELIGIBLE,
            conditions.customer_groups and not conditions.customer_groups & buyer.groups,
        ),
        (Reason.NOT_FIRST_ORDER, conditions.first_order and buyer.first_order is False),
        (Reason.COUNTRY_UNKNOWN, bound and country is None),
        (Reason.COUNTRY_NOT_ELIGIBLE, bound and country and country not in conditions.countries),
        (Reason.CURRENCY_MISMATCH, any(each.currency != basket.currency for each in amounts)),
        (Reason.NO_MATCHING_ITEMS, not has_items(promotion.action, selection)),
    )
    refused = [Refusal(reason) for reason, refuses in checked if refuses]
    return refused or minimums_not_met(promotion, selection)


def minimums_not_met(promotion: Promotion, selection: Selection) -> list[Refusal]:
    """Return what more of the named items, at list price, would make a promotion apply."""
    conditions = promotion.conditions
    subtotal = missing_subtotal(promotion.action, selection)
    if conditions.min_subtotal:
        subtotal = max(subtotal, conditions.min_subtotal.amount - selection.subtotal)
    units = missing_units(promotion.action, selection)
    if conditions.min_quantity:
        units = max(units, conditions.min_quantity - selection.quantity)
    missing = ((Reason.MINIMUM_NOT_MET, subtotal), (Reason.QUANTITY_NOT_MET, units))
    return [Refusal(reason, amount) for reason, amount in missing if amount > 0]

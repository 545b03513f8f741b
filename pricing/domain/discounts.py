"""What promotions take off a basket, and why they do or do not.

Three steps: which are for this basket (`eligibility`), which of them apply together
(`combination`), and what they take off (`actions`): first those off products, then those off the
order, then those off its shipping, each off what those before it left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from core.money import split
from pricing.domain.actions import Left, Part, is_off_lines, off_lines, off_whole
from pricing.domain.basket import Basket
from pricing.domain.combination import (
    NO_EFFECT,
    Candidate,
    candidates_of,
    combine,
    each_once,
    resolve,
)
from pricing.domain.ledger import AppliedPromotion, Entry, Explanation, Kind
from pricing.domain.promotions import Promotion, PromotionClass

PHASES = list(PromotionClass)


def discounts_of(
    basket: Basket, promotions: Sequence[Promotion], *, now: datetime
) -> tuple[list[Entry], Explanation]:
    """Return the discounts of a basket, and which promotion gave them or why it did not.

    No line, and no shipping, is discounted by more than its price. A code that was entered twice,
    in whatever case, counts once. A promotion that can take nothing off keeps no other out.
    """
    entered = each_once(basket.codes)
    codes, rejected = resolve(entered, promotions, basket.used_up)
    left: dict[str | None, int] = {item.sku: item.subtotal for item in basket.items}
    left[None] = basket.shipping.price if basket.shipping else 0
    candidates = candidates_of(basket, promotions, codes)
    combination = combine(candidates, basket, lambda each: _can_take(each, left), now=now)
    rejected += combination.rejected
    entries: list[Entry] = []
    applied = []
    for candidate in sorted(combination.chosen, key=lambda each: PHASES.index(each.kind)):
        promotion = candidate.promotion
        if taken := _take(candidate, left):
            entries += taken
            amount = sum([entry.amount for entry in taken])
            parts = tuple([(entry.sku, entry.amount) for entry in taken])
            applied.append(
                AppliedPromotion(promotion.id, promotion.title, candidate.code, amount, parts)
            )
        else:
            rejected.append(candidate.rejected(NO_EFFECT))
    by_code = {rejection.code: rejection for rejection in rejected}
    return entries, Explanation(
        submitted=tuple(code.code for code in entered),
        applied=tuple(applied),
        rejected=tuple(by_code[code.code] for code in entered if code.code in by_code),
        near=tuple(combination.near),
    )


def _can_take(candidate: Candidate, list_prices: Left) -> bool:
    """Tell whether a promotion alone takes anything off; of the order, without spreading it."""
    if candidate.kind is PromotionClass.ORDER:
        subtotal = candidate.selection.subtotal
        whole = off_whole(candidate.promotion.action, candidate.selection, subtotal)
        return min(whole, subtotal) > 0
    return any(min(off, list_prices[sku]) > 0 for sku, off in _wanted(candidate, list_prices))


def _take(candidate: Candidate, left: dict[str | None, int]) -> list[Entry]:
    """Take off what a promotion does, never more than is `left`."""
    kind, code = Kind.DISCOUNT, candidate.code
    source, title = candidate.promotion.id, candidate.promotion.title
    entries = []
    for sku, wanted in _wanted(candidate, left):
        rest = left[sku]
        off = wanted if wanted < rest else rest  # noqa: FURB136 - no call in the hot loop
        if off > 0:
            left[sku] = rest - off
            entries.append(Entry(kind, sku, off, source, title, code))
    return entries


def _wanted(candidate: Candidate, left: Left) -> Iterable[Part]:
    """Return what a promotion would take off each line, or off shipping."""
    action, selection = candidate.promotion.action, candidate.selection
    if is_off_lines(action):
        return off_lines(action, selection, left)
    if candidate.kind is PromotionClass.SHIPPING:
        return [(None, off_whole(action, selection, left[None]))]
    skus = [item.sku for item in selection.items]
    weights = [left[sku] for sku in skus]
    whole = min(off_whole(action, selection, sum(weights)), sum(weights))
    return zip(skus, split(whole, weights), strict=True)

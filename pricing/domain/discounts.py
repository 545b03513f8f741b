"""What promotions take off a basket, and why they do or do not.

Three steps: which are for this basket (`eligibility`), which of them apply together
(`combination`), and what they take off (`actions`): first those off products, then those off the
order, then those off its shipping, each off what those before it left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import sub

from core.money import split
from pricing.domain.actions import is_off_lines, off_lines, off_whole
from pricing.domain.basket import Basket
from pricing.domain.combination import (
    NO_EFFECT,
    Candidate,
    candidates_of,
    combine,
    each_once,
    resolve,
)
from pricing.domain.ledger import AppliedPromotion, Explanation
from pricing.domain.promotions import Promotion, PromotionClass

PHASES = list(PromotionClass)


def discounts_of(
    basket: Basket, promotions: Sequence[Promotion], *, now: datetime
) -> tuple[dict[str | None, int], Explanation]:
    """Return what is left of each line's price, and of shipping's, and what took the rest off.

    No line, and no shipping, is discounted by more than its price. A code that was entered twice,
    in whatever case, counts once. A promotion that can take nothing off keeps no other out.
    """
    entered = each_once(basket.codes)
    codes, rejected = resolve(entered, promotions, basket.used_up)
    left: dict[str | None, int] = {item.sku: item.subtotal for item in basket.items}
    if basket.shipping:
        left[None] = basket.shipping.price
    shipping = left.get(None, 0)
    candidates = candidates_of(basket, promotions, codes)
    combination = combine(candidates, basket, lambda each: _can_take(each, shipping), now=now)
    rejected += combination.rejected
    applied = []
    for candidate in sorted(combination.chosen, key=lambda each: PHASES.index(each.kind)):
        promotion = _take(candidate, left)
        if promotion.amount:
            applied.append(promotion)
        else:
            rejected.append(candidate.rejected(NO_EFFECT))
    by_code = {rejection.code: rejection for rejection in rejected}
    return left, Explanation(
        submitted=tuple(code.code for code in entered),
        applied=tuple(applied),
        rejected=tuple(by_code[code.code] for code in entered if code.code in by_code),
        near=tuple(combination.near),
    )


def _can_take(candidate: Candidate, shipping: int) -> bool:
    """Tell whether a promotion alone takes anything off; of the order, without spreading it."""
    selection = candidate.selection
    if candidate.kind is PromotionClass.ORDER:
        whole = off_whole(candidate.promotion.action, selection, selection.subtotal)
        return min(whole, selection.subtotal) > 0
    left = (shipping,) if candidate.kind is PromotionClass.SHIPPING else selection.subtotals
    wanted = _wanted(candidate, left)
    return any(off > 0 < rest for off, rest in zip(wanted, left, strict=True))


def _take(candidate: Candidate, left: dict[str | None, int]) -> AppliedPromotion:
    """Take off what a promotion does, never more than is `left`."""
    names = (None,) if candidate.kind is PromotionClass.SHIPPING else candidate.selection.skus
    rests = [left[name] for name in names]
    taken = [
        (off if off < rest else rest) if off > 0 else 0  # noqa: FURB136 - no call in the hot loop
        for off, rest in zip(_wanted(candidate, rests), rests, strict=True)
    ]
    left.update(zip(names, map(sub, rests, taken), strict=True))
    promotion = candidate.promotion
    return AppliedPromotion.of(promotion.id, promotion.title, candidate.code, names, taken)


def _wanted(candidate: Candidate, left: Sequence[int]) -> Iterable[int]:
    """Return what a promotion would take off each line, or off shipping, by what is left of it."""
    action, selection = candidate.promotion.action, candidate.selection
    if is_off_lines(action):
        return off_lines(action, selection, left)
    whole = min(off_whole(action, selection, sum(left)), sum(left))
    return split(whole, left)

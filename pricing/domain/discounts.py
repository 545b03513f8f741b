"""What promotions take off a basket, and why they do or do not.

Three steps: which are for this basket (`eligibility`), which of them apply together, and what
they take off (`actions`): first those off products, then those off the order, then those off
its shipping, each off what those before it left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.money import split
from pricing.domain.actions import Left, Part, class_of, is_off_lines, off_lines, off_whole
from pricing.domain.basket import Basket, EnteredCode
from pricing.domain.eligibility import MINIMUMS, Refusal, refusals
from pricing.domain.ledger import (
    AppliedPromotion,
    Entry,
    Explanation,
    Kind,
    Reason,
    RejectedPromotion,
)
from pricing.domain.promotions import Promotion, PromotionClass
from pricing.domain.selection import Selection, Selector

PHASES = list(PromotionClass)
NO_EFFECT = Refusal(Reason.NO_EFFECT)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A promotion that applies by itself, or by the code that was entered, to these items."""

    promotion: Promotion
    kind: PromotionClass
    code: str
    selection: Selection

    def rejected(self, refusal: Refusal) -> RejectedPromotion:
        return _rejected(self.code, self.promotion, refusal)


def discounts_of(
    basket: Basket, promotions: Sequence[Promotion], *, now: datetime
) -> tuple[list[Entry], Explanation]:
    """Return the discounts of a basket, and which promotion gave them or why it did not.

    No line, and no shipping, is discounted by more than its price. A code that was entered twice,
    in whatever case, counts once. A promotion that can take nothing off keeps no other out.
    """
    entered = _each_once(basket.codes)
    codes, rejected = _resolve(entered, promotions, basket.used_up)
    left: dict[str | None, int] = {item.sku: item.subtotal for item in basket.items}
    left[None] = basket.shipping.price if basket.shipping else 0
    verdict = _combine(_candidates(basket, promotions, codes), basket, left, now=now)
    taken = [(candidate, _take(candidate, left)) for candidate in _in_phases(verdict.chosen)]
    rejected += verdict.rejected
    rejected += [candidate.rejected(NO_EFFECT) for candidate, parts in taken if not parts]
    by_code = {rejection.code: rejection for rejection in rejected}
    explanation = Explanation(
        submitted=tuple(code.code for code in entered),
        applied=tuple(_applied(candidate, parts) for candidate, parts in taken if parts),
        rejected=tuple(by_code[code.code] for code in entered if code.code in by_code),
        near=tuple(verdict.near),
    )
    entries = [entry for candidate, parts in taken for entry in _entries(candidate, parts)]
    return entries, explanation


def _each_once(codes: Sequence[EnteredCode]) -> list[EnteredCode]:
    first: dict[str, EnteredCode] = {}
    for entered in codes:
        first.setdefault(entered.code.casefold(), entered)
    return list(first.values())


def _resolve(
    entered: Sequence[EnteredCode], promotions: Sequence[Promotion], used_up: Mapping[str, str]
) -> tuple[dict[str, str], list[RejectedPromotion]]:
    """Return the code by which each promotion is asked for, and the codes that ask in vain.

    One code is enough: a second one of the same promotion adds nothing, and is not used up.
    """
    by_id = {promotion.id: promotion for promotion in promotions}
    codes: dict[str, str] = {}
    rejected = []
    for code, promotion_id in ((entry.code, entry.promotion_id) for entry in entered):
        promotion = by_id.get(promotion_id or "")
        if promotion is None:
            reason = Reason.NOT_ACTIVE if promotion_id else Reason.UNKNOWN_CODE
        elif why := used_up.get(code) or used_up.get(promotion.id):
            reason = Reason(why)
        elif promotion.id in codes:
            reason = Reason.NOT_COMBINABLE
        else:
            codes[promotion.id] = code
            continue
        rejected.append(_rejected(code, promotion, Refusal(reason)))
    return codes, rejected


def _rejected(code: str, promotion: Promotion | None, refusal: Refusal) -> RejectedPromotion:
    if promotion is None:
        return RejectedPromotion(refusal.reason, code)
    return RejectedPromotion(refusal.reason, code, promotion.id, promotion.title, refusal.missing)


def _candidates(
    basket: Basket, promotions: Sequence[Promotion], codes: Mapping[str, str]
) -> Iterator[_Candidate]:
    """Yield the promotions that were asked for or apply by themselves, in order of priority."""
    selector = Selector(basket.items)
    for promotion in sorted(promotions, key=lambda each: (-each.priority, each.id)):
        code = codes.get(promotion.id, "")
        if code or (promotion.automatic and promotion.id not in basket.used_up):
            selection = selector.selected_by(promotion.conditions)
            yield _Candidate(promotion, class_of(promotion.action), code, selection)


@dataclass(slots=True)
class _Verdict:
    """Which promotions apply together, in order of priority, and why others do not.

    `near` are those without a code that would, if only one minimum were met.
    """

    chosen: list[_Candidate] = field(default_factory=list)
    rejected: list[RejectedPromotion] = field(default_factory=list)
    near: list[RejectedPromotion] = field(default_factory=list)
    _classes: set[PromotionClass] = field(default_factory=set)
    _admitted: frozenset[PromotionClass] = frozenset(PromotionClass)

    def admits(self, candidate: _Candidate) -> bool:
        """Tell whether those chosen and this one name each other's class."""
        return candidate.kind in self._admitted and self._classes <= _others(candidate.promotion)

    def choose(self, candidate: _Candidate) -> None:
        self.chosen.append(candidate)
        self._classes.add(candidate.kind)
        self._admitted &= _others(candidate.promotion)


def _others(promotion: Promotion) -> frozenset[PromotionClass]:
    """Return the classes of promotions with which this one combines."""
    return frozenset() if promotion.exclusive else promotion.combines_with


def _combine(
    candidates: Iterable[_Candidate], basket: Basket, list_prices: Left, *, now: datetime
) -> _Verdict:
    verdict = _Verdict()
    for candidate in candidates:
        admitted = verdict.admits(candidate)
        refused = list(refusals(candidate.promotion, basket, candidate.selection, now=now))
        if not refused and not _can_take(candidate, list_prices):
            unknown = candidate.kind is PromotionClass.SHIPPING and basket.shipping is None
            refused = [Refusal(Reason.SHIPPING_NOT_CHOSEN) if unknown else NO_EFFECT]
        elif not refused and not admitted:
            refused = [Refusal(Reason.NOT_COMBINABLE)]
        if not refused:
            verdict.choose(candidate)
        elif candidate.code:
            verdict.rejected.append(candidate.rejected(refused[0]))
        elif admitted and len(refused) == 1 and refused[0].reason in MINIMUMS:
            verdict.near.append(candidate.rejected(refused[0]))
    return verdict


def _can_take(candidate: _Candidate, list_prices: Left) -> bool:
    """Tell whether a promotion alone takes anything off; of the order, without spreading it."""
    if candidate.kind is PromotionClass.ORDER:
        subtotal = candidate.selection.subtotal
        whole = off_whole(candidate.promotion.action, candidate.selection, subtotal)
        return min(whole, subtotal) > 0
    return any(min(off, list_prices[sku]) > 0 for sku, off in _wanted(candidate, list_prices))


def _in_phases(chosen: Sequence[_Candidate]) -> list[_Candidate]:
    return sorted(chosen, key=lambda each: PHASES.index(each.kind))


def _take(candidate: _Candidate, left: dict[str | None, int]) -> list[Part]:
    """Take off what a promotion does, never more than is `left`, and return the parts."""
    parts = []
    for sku, wanted in _wanted(candidate, left):
        rest = left[sku]
        off = wanted if wanted < rest else rest  # noqa: FURB136 - no call in the hot loop
        if off > 0:
            left[sku] = rest - off
            parts.append((sku, off))
    return parts


def _wanted(candidate: _Candidate, left: Left) -> Iterable[Part]:
    """Return what a promotion would take off each line, or off shipping."""
    action, selection = candidate.promotion.action, candidate.selection
    if is_off_lines(action):
        return off_lines(action, selection, left)
    if candidate.kind is PromotionClass.SHIPPING:
        return [(None, off_whole(action, selection, left[None]))]
    weights = [left[item.sku] for item in selection.items]
    whole = min(off_whole(action, selection, sum(weights)), sum(weights))
    return zip((item.sku for item in selection.items), split(whole, weights), strict=True)


def _entries(candidate: _Candidate, parts: Sequence[Part]) -> list[Entry]:
    kind, source, title = Kind.DISCOUNT, candidate.promotion.id, candidate.promotion.title
    return [Entry(kind, sku, off, source, title, candidate.code) for sku, off in parts]


def _applied(candidate: _Candidate, parts: Sequence[Part]) -> AppliedPromotion:
    promotion = candidate.promotion
    amount = sum(off for _, off in parts)
    return AppliedPromotion(promotion.id, promotion.title, candidate.code, amount, tuple(parts))

"""Which promotions apply together, and what becomes of the codes that were entered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pricing.domain.actions import class_of
from pricing.domain.basket import Basket, EnteredCode
from pricing.domain.eligibility import Refusal, refusals
from pricing.domain.ledger import Reason, RejectedPromotion
from pricing.domain.promotions import Promotion, PromotionClass
from pricing.domain.selection import Selection, Selector

NO_EFFECT = Refusal(Reason.NO_EFFECT)
MINIMUMS = frozenset({Reason.MINIMUM_NOT_MET, Reason.QUANTITY_NOT_MET})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A promotion that applies by itself, or by the code that was entered, to these items."""

    promotion: Promotion
    kind: PromotionClass
    code: str
    selection: Selection

    def rejected(self, refusal: Refusal) -> RejectedPromotion:
        """Say why it takes nothing off."""
        promotion, reason = self.promotion, refusal.reason
        return RejectedPromotion(reason, self.code, promotion.id, promotion.title, refusal.missing)


@dataclass(slots=True)
class Combination:
    """Promotions that apply together, in order of priority, and why others do not.

    `near` are those without a code that would, if only one minimum were met.
    """

    chosen: list[Candidate] = field(default_factory=list)
    rejected: list[RejectedPromotion] = field(default_factory=list)
    near: list[RejectedPromotion] = field(default_factory=list)
    _classes: set[PromotionClass] = field(default_factory=set)
    _admitted: frozenset[PromotionClass] = frozenset(PromotionClass)

    def consider(self, candidate: Candidate, refused: Sequence[Refusal]) -> None:
        """Choose the next in order of priority, unless it was refused or does not combine.

        Each of those chosen has to name its class, and it theirs; an exclusive one names none.
        """
        promotion = candidate.promotion
        others = frozenset[PromotionClass]() if promotion.exclusive else promotion.combines_with
        admitted = candidate.kind in self._admitted and self._classes <= others
        if admitted and not refused:
            self.chosen.append(candidate)
            self._classes.add(candidate.kind)
            self._admitted &= others
        elif candidate.code:
            why = refused[0] if refused else Refusal(Reason.NOT_COMBINABLE)
            self.rejected.append(candidate.rejected(why))
        elif admitted and len(refused) == 1 and refused[0].reason in MINIMUMS:
            self.near.append(candidate.rejected(refused[0]))


def combine(
    candidates: Iterable[Candidate],
    basket: Basket,
    can_take: Callable[[Candidate], bool],
    *,
    now: datetime,
) -> Combination:
    """Return those that apply; what cannot take anything off keeps no other out."""
    combination = Combination()
    for candidate in candidates:
        refused = refusals(candidate.promotion, basket, candidate.selection, now=now)
        if not refused and not can_take(candidate):
            unknown = candidate.kind is PromotionClass.SHIPPING and basket.shipping is None
            refused = [Refusal(Reason.SHIPPING_NOT_CHOSEN) if unknown else NO_EFFECT]
        combination.consider(candidate, refused)
    return combination


def each_once(codes: Sequence[EnteredCode]) -> list[EnteredCode]:
    """Return the codes as they were entered first, in their order; case does not count."""
    first: dict[str, EnteredCode] = {}
    for entered in codes:
        first.setdefault(entered.code.casefold(), entered)
    return list(first.values())


def resolve(
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
            rejected.append(RejectedPromotion(reason, code))
        elif why := used_up.get(code) or used_up.get(promotion.id):
            rejected.append(RejectedPromotion(Reason(why), code, promotion.id, promotion.title))
        elif promotion.id in codes:
            reason = Reason.NOT_COMBINABLE
            rejected.append(RejectedPromotion(reason, code, promotion.id, promotion.title))
        else:
            codes[promotion.id] = code
    return codes, rejected


def candidates_of(
    basket: Basket, promotions: Sequence[Promotion], codes: Mapping[str, str]
) -> Iterator[Candidate]:
    """Yield the promotions that were asked for or apply by themselves, in order of priority."""
    selector = Selector(basket.items)
    for promotion in sorted(promotions, key=lambda each: (-each.priority, each.id)):
        code = codes.get(promotion.id, "")
        if code or (promotion.automatic and promotion.id not in basket.used_up):
            selection = selector.selected_by(promotion.conditions)
            yield Candidate(promotion, class_of(promotion.action), code, selection)

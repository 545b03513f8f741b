"""How often promotions can be used: what is counted, for whom, and what using one takes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from pricing.domain.codes import KnownCode
from pricing.domain.promotions import Promotion
from pricing.domain.terms import Terms

EXHAUSTED = "exhausted"
CUSTOMER_LIMIT_REACHED = "customer_limit_reached"


@dataclass(frozen=True, slots=True)
class Scope:
    """Something that is counted: it can be used `at_most` so often.

    `name` is what `Basket.used_up` calls it, and `reason` why it cannot be used any more.
    """

    id: UUID
    at_most: int
    promotion_id: UUID
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Use:
    """A promotion that one purchase uses, by a code or without."""

    promotion: Promotion
    code: KnownCode | None = None

    @property
    def promotion_id(self) -> UUID:
        """The id of the promotion."""
        return UUID(self.promotion.id)

    @property
    def is_limited(self) -> bool:
        """Whether anything limits how often it can be used."""
        code_limit = self.code and self.code.usage_limit
        limits = (self.promotion.usage_limit, self.promotion.per_customer_limit, code_limit)
        return any(limit is not None for limit in limits)


def scopes_of(promotion: Promotion, code: KnownCode | None, customer_key: str) -> Iterator[Scope]:
    """Yield what using a promotion counts for; nothing where it has no limits.

    Without a `customer_key` it is not known whom a limit for each customer would count.
    """
    promotion_id = UUID(promotion.id)
    if promotion.usage_limit is not None:
        limit = promotion.usage_limit
        yield Scope(promotion_id, limit, promotion_id, promotion.id, EXHAUSTED)
    if code and code.id and code.usage_limit is not None:
        yield Scope(code.id, code.usage_limit, promotion_id, code.code, EXHAUSTED)
    if promotion.per_customer_limit is not None and customer_key:
        scope = customer_scope(promotion_id, customer_key)
        limit = promotion.per_customer_limit
        yield Scope(scope, limit, promotion_id, promotion.id, CUSTOMER_LIMIT_REACHED)


def customer_scope(promotion_id: UUID, customer_key: str) -> UUID:
    """Return the id of a promotion's uses by one customer, as `number_slots` computes it, too."""
    digest = hashlib.md5(f"{promotion_id}:{customer_key}".encode(), usedforsecurity=False)
    return UUID(digest.hexdigest())


def scopes_in(terms: Terms, customer_key: str) -> list[Scope]:
    """Return all that limits what entered codes and automatic promotions can still do."""
    by_id = {promotion.id: promotion for promotion in terms.rules.promotions}
    found = [
        scope
        for promotion in terms.rules.promotions
        if promotion.automatic
        for scope in scopes_of(promotion, None, customer_key)
    ]
    for known in terms.codes:
        promotion = by_id.get(str(known.promotion_id))
        if promotion is not None:
            found += scopes_of(promotion, known, customer_key)
    return list({scope.id: scope for scope in found}.values())


def uses_of(applied: Iterable[tuple[UUID, str]], terms: Terms) -> list[Use]:
    """Return what applied promotions, by id and code, use: each once."""
    by_id = {promotion.id: promotion for promotion in terms.rules.promotions}
    by_code = {known.code: known for known in terms.codes}
    uses = {
        promotion_id: Use(by_id[str(promotion_id)], by_code.get(code))
        for promotion_id, code in applied
    }
    return list(uses.values())

"""The uses of promotions that a checkout holds for what applies to it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from checkout.models import Checkout
from core.db.transactions import transaction_required
from orders.selectors import has_ordered
from pricing.domain import Rules, Terms, code_key, customer_key
from pricing.domain.usage import EXHAUSTED, uses_of
from pricing.errors import CouponExhausted
from pricing.services import hold_redemptions, release_redemptions, take_redemptions


@dataclass(frozen=True, slots=True)
class Claim:
    """What a checkout uses: promotions by id, each with its code or nothing, and for whom."""

    applied: frozenset[tuple[UUID, str]]
    customer_key: str


def customer_key_of(checkout: Checkout) -> str:
    """Return whom limits for each customer count; empty until a guest says an e-mail address."""
    return customer_key(customer_id=checkout.customer_id, email=checkout.email)


def is_first_order(checkout: Checkout, rules: Rules) -> bool | None:
    """Tell whether the buyer has ordered nothing yet; None while it is unknown who they are.

    One statement where a promotion asks, else None. Two at once are both the first: a promotion
    that must not be had twice has a limit for each customer.
    """
    asked = any(promotion.conditions.first_order for promotion in rules.promotions)
    if not asked or not customer_key_of(checkout):
        return None
    return not has_ordered(customer_id=checkout.customer_id, email=checkout.email)


def claim_of(checkout: Checkout) -> Claim:
    """Return what the checkout uses as it was priced last."""
    return Claim(frozenset(checkout.applied_promotions), customer_key_of(checkout))


def require_codes_left(checkout: Checkout, codes: Collection[str]) -> None:
    """Raise `CouponExhausted` when one of `codes`, of a checkout just priced, is used up."""
    rejected = checkout.promotions.get("rejected", [])
    gone = {code_key(each["code"]) for each in rejected if each["reason"] == EXHAUSTED}
    if named := [code for code in codes if code_key(code) in gone]:
        raise CouponExhausted(codes=named)


@transaction_required
def hold_claim(
    checkout: Checkout, terms: Terms, *, instead_of: Collection[UUID] = (), now: datetime
) -> None:
    """Hold what a checkout just priced uses, in place of what `instead_of` hold, while it is live.

    Comes before its stock is locked. Raises `RunAgain` for what is used up since it was priced.
    """
    uses = uses_of(checkout.applied_promotions, terms)
    if uses or instead_of:
        hold_redemptions(
            checkout_id=checkout.id,
            uses=uses,
            customer_key=customer_key_of(checkout),
            instead_of=instead_of,
            until=checkout.reservation_expires_at,
            now=now,
        )


@transaction_required
def release_claims(checkouts: Collection[Checkout]) -> None:
    """Give back what checkouts hold of promotions; before their stock is locked."""
    if held := [checkout.id for checkout in checkouts if checkout.applied_promotions]:
        release_redemptions(checkout_ids=held)


@transaction_required
def take_claim(checkout: Checkout, *, order_id: UUID, now: datetime) -> None:
    """Take what the checkout uses for its order. Raises `CouponExhausted`."""
    take_redemptions(
        checkout_id=checkout.id,
        order_id=order_id,
        applied=checkout.applied_promotions,
        customer_key=customer_key_of(checkout),
        now=now,
    )

"""What the use cases of draft orders are made of: lock one, price it, hold what it is to buy."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F

from accounts.domain import AccountClosed
from checkout.domain import CheckoutStatus, Details
from checkout.errors import DraftNotFound
from checkout.models import Checkout, CheckoutLine
from checkout.selectors import lines_of
from checkout.services.changes import (
    PRICING_ERRORS,
    apply_details,
    apply_prices,
    save_as_new_version,
    transition,
)
from checkout.services.holding import HOLDING_ERRORS, require_holdable
from checkout.services.items import REPLACE_LINES_ERRORS, hold_units, requested_lines
from checkout.services.promotions import hold_claim, require_codes_left
from core.caller import Caller
from core.db.transactions import transaction_required
from core.items import ItemRequest
from core.versions import require_version
from pricing.domain import Terms, clean_code, with_code
from pricing.errors import CouponExhausted, InvalidCode
from pricing.selectors import terms_for

HOLD_ERRORS = (
    DraftNotFound,
    AccountClosed,
    CouponExhausted,
    *REPLACE_LINES_ERRORS,
    *PRICING_ERRORS,
    *HOLDING_ERRORS,
)


@transaction_required
def locked_draft(draft_id: UUID, expected_versions: AbstractSet[int] | None = None) -> Checkout:
    """Lock the checkout of a draft until the transaction ends."""
    rows = Checkout.objects.annotate(is_open=F("customer__is_active"))
    checkout = rows.filter(pk=draft_id, draft__isnull=False).locked().first()
    if checkout is None:
        raise DraftNotFound
    if checkout.is_open is False:
        raise AccountClosed
    require_version(checkout.version, expected_versions)
    return checkout


@transaction_required
def write_draft(
    checkout: Checkout, details: Details, requested: Sequence[ItemRequest], *, now: datetime
) -> tuple[list[CheckoutLine], Terms]:
    """Price a new or locked checkout at the prices of this moment, and save it with its lines.

    Nothing requested leaves the lines as they are.
    """
    kept = [
        ItemRequest(line.sku, line.quantity, f"/items/{position}/sku")
        for position, line in enumerate([] if requested else lines_of(checkout))
    ]
    CheckoutLine.objects.filter(checkout=checkout).delete()  # each line has its price anew
    terms = terms_for(
        customer_id=checkout.customer_id,
        currency=checkout.currency,
        codes=checkout.codes,
        now=now,
    )
    lines, found = requested_lines(checkout, requested or kept, terms)
    apply_details(checkout, details, now=now)
    apply_prices(checkout, lines, found, details, terms, held_by=[checkout.id])
    save_as_new_version(checkout, now=now)
    CheckoutLine.objects.bulk_create(lines)
    return lines, terms


@transaction_required
def require_held(checkout: Checkout, caller: Caller, lifetime: timedelta, *, now: datetime) -> None:
    """Make a draft a checkout like any other, which holds what it is to buy, unless it is one.

    All of it or nothing, as when a buyer begins one. Raises `HOLD_ERRORS`.
    """
    if checkout.status != CheckoutStatus.DRAFT:
        return
    checkout.created_at = now
    checkout.reservation_expires_at = now + lifetime
    transition(checkout, CheckoutStatus.INCOMPLETE)
    lines, terms = write_draft(checkout, {}, (), now=now)
    require_codes_left(checkout, checkout.codes)
    hold_claim(checkout, terms, now=now)
    hold_units(checkout, lines, instead_of=(), now=now)
    require_holdable(checkout, now=now)


def cleaned_codes(codes: Sequence[str]) -> list[str]:
    """Return codes as they are kept. Raises `InvalidCode`, naming which, or `TooManyCodes`."""
    kept: list[str] = []
    for position, code in enumerate(codes):
        try:
            kept = with_code(kept, clean_code(code))
        except InvalidCode as refusal:
            raise refusal.at(f"/codes/{position}") from None
    return kept

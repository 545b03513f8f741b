"""Changing, canceling and expiring a checkout."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from catalog.selectors import offers
from checkout.domain import EDITABLE, PAYING, CheckoutStatus, Details, require_editable
from checkout.errors import (
    NOT_EDITABLE,
    CheckoutCompleted,
    CheckoutInProgress,
    CheckoutNotFound,
    UnknownShippingMethod,
)
from checkout.models import Checkout, CheckoutLine
from checkout.selectors import CheckoutView, checkout_for, lines_of, status_at
from checkout.services.changes import (
    PRICING_ERRORS,
    apply_details,
    apply_prices,
    give_up_payment,
    lock_checkout,
    save_as_new_version,
    terms_of,
    transition,
)
from checkout.services.ending import end_each
from checkout.services.holding import HOLDING_ERRORS, mark_holder, require_holdable
from checkout.services.items import REPLACE_LINES_ERRORS, hold_units, requested_lines
from checkout.services.promotions import (
    claim_of,
    hold_claim,
    release_claims,
    require_codes_left,
)
from core.caller import Caller
from core.db.transactions import (
    Finished,
    RecoveryPoint,
    transaction_required,
    two_step,
    use_case,
)
from core.items import ItemRequest
from core.versions import require_version
from inventory.services import release
from payments.services import execute_operations
from pricing.domain import clean_code, with_code, without_code
from pricing.errors import CodeNotFound, CouponExhausted, InvalidCode, TooManyCodes

CHANGE_CHECKOUT_ERRORS = (
    CheckoutNotFound,
    UnknownShippingMethod,
    *PRICING_ERRORS,
    *REPLACE_LINES_ERRORS,
    *HOLDING_ERRORS,
    *NOT_EDITABLE,
)
_RECOUPONING_ERRORS = (CheckoutNotFound, *PRICING_ERRORS, *HOLDING_ERRORS, *NOT_EDITABLE)
ADD_COUPON_ERRORS = (InvalidCode, TooManyCodes, CouponExhausted, *_RECOUPONING_ERRORS)
REMOVE_COUPON_ERRORS = (CodeNotFound, *_RECOUPONING_ERRORS)
CANCEL_CHECKOUT_ERRORS = (CheckoutNotFound, CheckoutCompleted, CheckoutInProgress)


@use_case
def change_checkout(
    *,
    caller: Caller,
    checkout_id: UUID,
    details: Details,
    requested: Sequence[ItemRequest] = (),
    expected_versions: AbstractSet[int] | None = None,
    now: datetime,
) -> CheckoutView:
    """Set what `details` names, replace the lines by what is `requested`, and price it again.

    Nothing requested leaves the lines as they are. Raises `CHANGE_CHECKOUT_ERRORS` or
    `VersionMismatch`.
    """
    checkout = _editable(caller, checkout_id, expected_versions, now=now)
    return change_locked(checkout, caller, details, requested, now=now)


@use_case
def add_coupon(
    *,
    caller: Caller,
    checkout_id: UUID,
    code: str,
    expected_versions: AbstractSet[int] | None = None,
    now: datetime,
) -> CheckoutView:
    """Enter a code, which counts once, and price the checkout again.

    A use of its promotion is held if it applies. Raises `ADD_COUPON_ERRORS` or `VersionMismatch`.
    """
    try:
        code = clean_code(code)
    except InvalidCode as refusal:
        raise refusal.at("/code") from None
    checkout = _editable(caller, checkout_id, expected_versions, now=now)
    checkout.codes = with_code(checkout.codes, code)
    view = change_locked(checkout, caller, {}, (), now=now)
    require_codes_left(checkout, [code])
    return view


@use_case
def remove_coupon(
    *,
    caller: Caller,
    checkout_id: UUID,
    code: str,
    expected_versions: AbstractSet[int] | None = None,
    now: datetime,
) -> CheckoutView:
    """Take a code out again, and price the checkout again.

    Raises `REMOVE_COUPON_ERRORS` or `VersionMismatch`.
    """
    checkout = _editable(caller, checkout_id, expected_versions, now=now)
    checkout.codes = without_code(checkout.codes, code)
    return change_locked(checkout, caller, {}, (), now=now)


def _editable(
    caller: Caller, checkout_id: UUID, expected_versions: AbstractSet[int] | None, *, now: datetime
) -> Checkout:
    """Lock the caller's checkout, which can be changed."""
    checkout = lock_checkout(caller=caller, checkout_id=checkout_id)
    require_version(checkout.version, expected_versions)
    require_editable(status_at(checkout, now))
    return checkout


@transaction_required
def change_locked(
    checkout: Checkout,
    caller: Caller,
    details: Details,
    requested: Sequence[ItemRequest],
    *,
    now: datetime,
) -> CheckoutView:
    """Price a locked checkout again with these details and lines, and hold what it then uses.

    Its lines are given their units last, because stock is locked after promotions.
    """
    held, own = claim_of(checkout), [checkout.id]
    terms = terms_of(checkout, now=now)
    if requested:
        lines, found = requested_lines(checkout, requested, terms)
    else:
        lines = lines_of(checkout)
        variant_ids = [line.variant_id for line in lines]
        found = offers(currency=checkout.currency, variant_ids=variant_ids)
    was_known = not checkout.ip_hash
    apply_details(checkout, details, now=now)
    mark_holder(checkout, caller)
    repriced = apply_prices(checkout, lines, found, details, terms, held_by=own)
    if claim_of(checkout) != held:
        hold_claim(checkout, terms, instead_of=own, now=now)
    if requested:
        hold_units(checkout, lines, instead_of=own, now=now)
        CheckoutLine.objects.filter(checkout=checkout).delete()
        CheckoutLine.objects.bulk_create(lines)
    elif repriced:
        CheckoutLine.objects.bulk_update(lines, ["discount", "tax", "total", "discounts", "taxes"])
    save_as_new_version(checkout, now=now)
    if requested or (was_known and checkout.ip_hash):
        require_holdable(checkout, now=now)
    return CheckoutView(checkout, CheckoutStatus(checkout.status), lines, order=None)


def cancel_checkout(
    *,
    caller: Caller,
    checkout_id: UUID,
    expected_versions: AbstractSet[int] | None = None,
    now: datetime,
) -> CheckoutView:
    """End a checkout and release its units; canceling again changes nothing.

    A payment that waits for the buyer, or whose provider has not responded, is voided; should
    its money arrive after all, it is returned. Raises `CANCEL_CHECKOUT_ERRORS` or
    `VersionMismatch`.
    """
    return two_step(
        record=lambda: _cancel(caller, checkout_id, expected_versions, now=now),
        execute=lambda payment: execute_operations(payment_id=payment.id),
        conclude=lambda *_: checkout_for(caller=caller, checkout_id=checkout_id, now=now),
    )


def _cancel(
    caller: Caller, checkout_id: UUID, expected_versions: AbstractSet[int] | None, *, now: datetime
) -> RecoveryPoint | Finished[CheckoutView]:
    checkout = lock_checkout(caller=caller, checkout_id=checkout_id)
    view = checkout_for(caller=caller, checkout_id=checkout_id, now=now)
    if view.status is CheckoutStatus.CANCELED:
        return Finished(view)
    require_version(checkout.version, expected_versions)
    payment_id = cancel_locked(checkout, now=now)
    if payment_id is not None:
        return RecoveryPoint(payment_id)
    return Finished(replace(view, checkout=checkout, status=CheckoutStatus.CANCELED))


@transaction_required
def cancel_locked(checkout: Checkout, *, now: datetime) -> UUID | None:
    """End a locked checkout and release what it holds; return the payment to void, if any.

    Raises `CheckoutCompleted` or `CheckoutInProgress`.
    """
    status, payment_id = status_at(checkout, now), None
    if status in PAYING:
        payment_id = give_up_payment(checkout, reason="checkout_canceled", now=now)
    elif status not in {CheckoutStatus.DRAFT, CheckoutStatus.EXPIRED}:
        require_editable(status)
    release_claims([checkout])
    release(checkout_ids=[checkout.id])
    transition(checkout, CheckoutStatus.CANCELED)
    save_as_new_version(checkout, (), now=now)
    return payment_id


def expire_checkouts(*, now: datetime) -> int:
    """End checkouts whose reservation has run out and release their units; return how many.

    Each ends in a transaction of its own; `end_each` says which are left for the next run.
    """
    due = Checkout.objects.filter(status__in=EDITABLE, reservation_expires_at__lte=now)
    return end_each(due, lambda checkout_id: _expire(checkout_id, now=now), event="expiry_failed")


@use_case
def _expire(checkout_id: UUID, *, now: datetime) -> bool:
    lapsed = Checkout.objects.filter(status__in=EDITABLE, reservation_expires_at__lte=now)
    rows = lapsed.select_for_update(skip_locked=True, no_key=True)
    checkout = rows.filter(pk=checkout_id).first()
    if checkout is None:
        return False
    release_claims([checkout])
    release(checkout_ids=[checkout.id])
    transition(checkout, CheckoutStatus.EXPIRED)
    save_as_new_version(checkout, (), now=now)
    return True

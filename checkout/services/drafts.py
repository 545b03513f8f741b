"""Draft orders: checkouts that staff open for a buyer who calls or writes.

A draft is priced as a checkout is, at the prices of each time it is saved, and holds nothing. To
send or to place it makes it a checkout like any other: from then on prices are frozen and units
and promotions held, by the code that does so for buyers.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from accounts.domain import AccountClosed
from carts.services import open_cart
from checkout.domain import CheckoutStatus, Details, require_editable, require_total
from checkout.emails import send_draft_link
from checkout.errors import (
    NOT_EDITABLE,
    CartEmpty,
    DraftNotAddressed,
    DraftNotFound,
    ExpectedTotalCurrencyMismatch,
    TotalChanged,
    UnknownCustomer,
    UnknownShippingMethod,
)
from checkout.links import draft_token
from checkout.models import Checkout, DraftOrder
from checkout.selectors import DraftView, draft_for, incompleteness_of, status_at
from checkout.services.beginning import with_account_defaults
from checkout.services.changes import (
    PRICING_ERRORS,
    save_as_new_version,
)
from checkout.services.completion import (
    COMPLETE_CHECKOUT_ERRORS,
    PaymentChoice,
    place_unpaid,
)
from checkout.services.draft_writing import (
    HOLD_ERRORS,
    cleaned_codes,
    locked_draft,
    require_held,
    write_draft,
)
from checkout.services.editing import (
    CANCEL_CHECKOUT_ERRORS,
    CHANGE_CHECKOUT_ERRORS,
    cancel_locked,
    change_locked,
)
from checkout.services.items import REPLACE_LINES_ERRORS
from checkout.services.outcomes import Completion
from checkout.services.promotions import require_codes_left
from core.caller import Caller
from core.db.transactions import (
    Finished,
    RecoveryPoint,
    transaction_required,
    two_step,
    use_case,
)
from core.errors import Forbidden, Unauthenticated
from core.ids import hash_secret, uuid7
from core.items import ItemRequest
from core.money import Money
from core.versions import require_version
from events.domain import actor_of
from orders.selectors import order_of_checkout
from payments.services import execute_operations
from pricing.errors import CouponExhausted, InvalidCode, TooManyCodes

# The order is paid for later, as staff record it.
ON_INVOICE = PaymentChoice("manual")


@dataclass(frozen=True, slots=True)
class DraftChanges:
    """What staff say of a draft. What `details` lack stays, and so do None and no items."""

    details: Details
    requested: Sequence[ItemRequest] = ()
    codes: Sequence[str] | None = None
    note: str | None = None


CREATE_DRAFT_ERRORS = (
    UnknownCustomer,
    CartEmpty,
    UnknownShippingMethod,
    InvalidCode,
    TooManyCodes,
    *REPLACE_LINES_ERRORS,
    *PRICING_ERRORS,
)


@use_case
def create_draft(
    *,
    caller: Caller,
    draft_id: UUID | None = None,
    customer_id: UUID | None = None,
    currency: str | None,
    changes: DraftChanges,
    now: datetime,
) -> DraftView:
    """Make a draft for a customer, who has their prices, or for a guest.

    A draft that has this id already is returned as it is. Raises `CREATE_DRAFT_ERRORS`, and
    `Forbidden` for a caller without an account, of whom nobody could ask.
    """
    if caller.user_id is None:
        raise Forbidden
    if draft_id and DraftOrder.objects.filter(pk=draft_id).exists():
        return draft_for(draft_id, now=now)
    try:
        details = with_account_defaults(Caller(customer_id), changes.details)
    except Unauthenticated:
        raise UnknownCustomer().at("/customer") from None
    if not changes.requested:
        raise CartEmpty
    checkout = _of_empty_cart(draft_id or uuid7(), customer_id, currency, now)
    checkout.codes = cleaned_codes(changes.codes or ())
    write_draft(checkout, details, changes.requested, now=now)
    DraftOrder.objects.create(
        checkout=checkout, created_by_id=caller.user_id, note=changes.note or "", created_at=now
    )
    return draft_for(checkout.id, now=now)


@transaction_required
def _of_empty_cart(
    draft_id: UUID, customer_id: UUID | None, currency: str | None, now: datetime
) -> Checkout:
    """Return a new draft, in memory. Its cart stays empty, and nobody has the token of that."""
    cart = open_cart(caller=Caller(), currency=currency, requested=(), now=now).view
    return Checkout(
        id=draft_id,
        cart_id=cart.id,
        customer_id=customer_id,
        status=CheckoutStatus.DRAFT,
        version=0,
        currency=cart.currency,
        reservation_expires_at=now,
        created_at=now,
    )


CHANGE_DRAFT_ERRORS = (
    DraftNotFound,
    AccountClosed,
    InvalidCode,
    TooManyCodes,
    CouponExhausted,
    *CHANGE_CHECKOUT_ERRORS,
)


@use_case
def change_draft(
    *,
    caller: Caller,
    draft_id: UUID,
    changes: DraftChanges,
    expected_versions: AbstractSet[int] | None = None,
    now: datetime,
) -> DraftView:
    """Set what `changes` name, and price the draft again, at the prices of this moment.

    One that was sent keeps its prices, as checkouts do. Raises `CHANGE_DRAFT_ERRORS` or
    `VersionMismatch`.
    """
    checkout = locked_draft(draft_id, expected_versions)
    if changes.codes is not None:
        checkout.codes = cleaned_codes(changes.codes)
    if checkout.status == CheckoutStatus.DRAFT:
        write_draft(checkout, changes.details, changes.requested, now=now)
    else:
        require_editable(status_at(checkout, now))
        change_locked(checkout, caller, changes.details, changes.requested, now=now)
        require_codes_left(checkout, changes.codes or ())
    if changes.note is not None:
        DraftOrder.objects.filter(pk=draft_id).update(note=changes.note)
    return draft_for(draft_id, now=now)


SEND_DRAFT_ERRORS = (
    DraftNotAddressed,
    TotalChanged,
    ExpectedTotalCurrencyMismatch,
    *NOT_EDITABLE,
    *HOLD_ERRORS,
)


@use_case
def send_draft(
    *,
    caller: Caller,
    draft_id: UUID,
    expected_total: Money | None = None,
    expected_versions: AbstractSet[int] | None = None,
    now: datetime,
) -> DraftView:
    """Mail the buyer a link by which they complete it; again mails it again.

    Units and prices are held for `DRAFT_LIFETIME` from the first time. Raises
    `SEND_DRAFT_ERRORS` or `VersionMismatch`.
    """
    checkout = locked_draft(draft_id, expected_versions)
    require_held(checkout, caller, settings.DRAFT_LIFETIME, now=now)
    require_editable(status_at(checkout, now))
    if not checkout.email:
        raise DraftNotAddressed
    require_total(Money(checkout.total, checkout.currency), expected_total)
    checkout.token_hash = hash_secret(draft_token(checkout.id))
    save_as_new_version(checkout, ["token_hash"], now=now)
    DraftOrder.objects.filter(pk=draft_id).update(sent_at=now)
    send_draft_link.defer(checkout_id=str(draft_id))
    return draft_for(draft_id, now=now)


COMPLETE_DRAFT_ERRORS = (*HOLD_ERRORS, *COMPLETE_CHECKOUT_ERRORS)


@use_case
def complete_draft(
    *,
    caller: Caller,
    draft_id: UUID,
    expected_total: Money | None = None,
    expected_versions: AbstractSet[int] | None = None,
    now: datetime,
) -> Completion:
    """Place a draft as an order on invoice; its timeline says which of the staff did.

    Completing again returns the same order. Raises `COMPLETE_DRAFT_ERRORS` or `VersionMismatch`.
    """
    checkout = locked_draft(draft_id)
    if checkout.status == CheckoutStatus.COMPLETED:
        order = order_of_checkout(checkout_id=draft_id)
        return Completion(CheckoutStatus.COMPLETED, order, repeated=True)
    require_version(checkout.version, expected_versions)
    require_held(checkout, caller, settings.RESERVATION_LIFETIME, now=now)
    require_editable(status_at(checkout, now))
    if refusal := incompleteness_of(checkout):
        raise refusal
    require_total(Money(checkout.total, checkout.currency), expected_total)
    return place_unpaid(checkout, ON_INVOICE, by=actor_of(caller), now=now)


CANCEL_DRAFT_ERRORS = (DraftNotFound, AccountClosed, *CANCEL_CHECKOUT_ERRORS)


def cancel_draft(
    *,
    draft_id: UUID,
    expected_versions: AbstractSet[int] | None = None,
    now: datetime,
) -> DraftView:
    """End a draft, and the payment that its buyer has begun; canceling again changes nothing.

    Raises `CANCEL_DRAFT_ERRORS` or `VersionMismatch`.
    """

    def cancel() -> RecoveryPoint | Finished[DraftView]:
        checkout = locked_draft(draft_id)
        if checkout.status != CheckoutStatus.CANCELED:
            require_version(checkout.version, expected_versions)
            if payment_id := cancel_locked(checkout, now=now):
                return RecoveryPoint(payment_id)
        return Finished(draft_for(draft_id, now=now))

    return two_step(
        record=cancel,
        execute=lambda payment: execute_operations(payment_id=payment.id),
        conclude=lambda *_: draft_for(draft_id, now=now),
    )

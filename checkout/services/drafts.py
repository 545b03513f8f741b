"""Draft orders: checkouts that staff make for a buyer, by telephone or as a quote.

A draft is a checkout whose reservation lasts longer. Staff act on it as its buyer would; what
is an order of it names who placed it.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings

from accounts.domain import UserNotFound
from accounts.selectors import is_open_account
from carts.services import open_cart
from checkout import emails
from checkout.domain import Details, require_editable
from checkout.errors import DraftNotAddressed, DraftNotFound, OfflineProviderNeeded
from checkout.models import DraftOrder
from checkout.selectors import CheckoutView, DraftView, draft_with, status_at
from checkout.services.beginning import BEGIN_CHECKOUT_ERRORS, begin_of, with_account_defaults
from checkout.services.completion import (
    COMPLETE_CHECKOUT_ERRORS,
    PaymentChoice,
    complete_checkout,
)
from checkout.services.editing import (
    CANCEL_CHECKOUT_ERRORS,
    CHANGE_CHECKOUT_ERRORS,
    cancel_checkout,
    change_locked,
    lock_editable,
)
from checkout.services.outcomes import Completion
from checkout.services.promotions import require_codes_left
from core.caller import Caller
from core.db.transactions import transaction_required, use_case
from core.encryption import encrypt
from core.items import ItemRequest
from core.money import Money
from events.domain import actor_of
from payments.services import is_offline
from pricing.domain import clean_code, with_code
from pricing.errors import InvalidCode, TooManyCodes


@dataclass(frozen=True, slots=True)
class DraftChanges:
    """What staff say of a draft; None leaves codes and note as they are, no items the lines."""

    details: Details
    requested: Sequence[ItemRequest] = ()
    codes: Sequence[str] | None = None
    note: str | None = None


CREATE_DRAFT_ERRORS = (UserNotFound, InvalidCode, TooManyCodes, *BEGIN_CHECKOUT_ERRORS)


@use_case
def create_draft(
    *,
    caller: Caller,
    customer_id: UUID | None,
    currency: str | None,
    changes: DraftChanges,
    now: datetime,
) -> DraftView:
    """Make a draft for a customer, or a guest: prices are frozen and units held as ever.

    They are for `DRAFT_LIFETIME`. A customer's own cart stays as it is. Raises
    `CREATE_DRAFT_ERRORS`.
    """
    if customer_id is not None and not is_open_account(customer_id):
        raise UserNotFound("There is no such customer.").at("/customer")
    buyer = Caller(customer_id, caller.roles)
    details = with_account_defaults(buyer, changes.details)
    cart = open_cart(
        caller=buyer, currency=currency, requested=changes.requested, by_token=True, now=now
    )
    view = begin_of(
        buyer,
        cart.view,
        details,
        replaced=(),
        token=cart.token,
        holds_for=settings.DRAFT_LIFETIME,
        now=now,
    )
    draft = DraftOrder(
        checkout=view.checkout,
        drafted_by_id=caller.user_id,
        note=changes.note or "",
        created_at=now,
    )
    token = (cart.token or "").encode()
    draft.sealed_token = encrypt(token, key=emails.DRAFT_TOKENS, bound_to=str(draft.id))
    draft.save(force_insert=True)
    if changes.codes:
        view = _enter_codes(view, buyer, changes.codes, now=now)
    return DraftView(draft, view)


CHANGE_DRAFT_ERRORS = (DraftNotFound, InvalidCode, TooManyCodes, *CHANGE_CHECKOUT_ERRORS)


@use_case
def change_draft(
    *,
    caller: Caller,
    draft_id: UUID,
    changes: DraftChanges,
    expected_versions: AbstractSet[int] | None = None,
    now: datetime,
) -> DraftView:
    """Set what `changes` names, and price the draft again.

    Raises `CHANGE_DRAFT_ERRORS` or `VersionMismatch`.
    """
    draft = draft_with(draft_id)
    buyer = buyer_of(draft, caller)
    checkout = lock_editable(buyer, draft.checkout_id, expected_versions, now=now)
    view = change_locked(checkout, buyer, changes.details, changes.requested, now=now)
    if changes.codes is not None:
        view = _enter_codes(view, buyer, changes.codes, now=now)
    if changes.note is not None:
        draft.note = changes.note
        draft.save(update_fields=["note"])
    return DraftView(draft, view)


SEND_DRAFT_ERRORS = (DraftNotFound, DraftNotAddressed, *CANCEL_CHECKOUT_ERRORS)


@use_case
def send_draft(*, caller: Caller, draft_id: UUID, now: datetime) -> DraftView:
    """Mail the buyer a link to complete the draft; again sends it again.

    Raises `SEND_DRAFT_ERRORS`, and what says that it can no longer be completed.
    """
    draft = draft_with(draft_id)
    checkout = lock_editable(buyer_of(draft, caller), draft.checkout_id, None, now=now)
    if not checkout.email:
        raise DraftNotAddressed
    draft.sent_at = now
    draft.save(update_fields=["sent_at"])
    emails.send_draft_link.defer(draft_id=str(draft.id))
    return DraftView(draft, draft_view(draft, caller, now=now))


COMPLETE_DRAFT_ERRORS = (DraftNotFound, OfflineProviderNeeded, *COMPLETE_CHECKOUT_ERRORS)


def complete_draft(
    *,
    caller: Caller,
    draft_id: UUID,
    payment: PaymentChoice,
    expected_total: Money | None = None,
    expected_versions: AbstractSet[int] | None = None,
    now: datetime,
) -> Completion:
    """Turn a draft into an order to be paid later; its timeline says who of the staff did.

    Completing again returns the same order. Raises `COMPLETE_DRAFT_ERRORS` or `VersionMismatch`.
    """
    draft = draft_with(draft_id)
    if not is_offline(provider=payment.provider):
        raise OfflineProviderNeeded().at("/payment/provider")
    return complete_checkout(
        caller=buyer_of(draft, caller),
        checkout_id=draft.checkout_id,
        payment=payment,
        expected_total=expected_total,
        expected_versions=expected_versions,
        by=actor_of(caller),
        now=now,
    )

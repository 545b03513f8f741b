"""Beginning a checkout: freeze the cart's prices and hold its units."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings

from accounts.selectors import default_addresses
from accounts.services import lock_active_account_shared
from carts.domain import CartView
from carts.services import lock_for_checkout, open_cart
from checkout.domain import (
    LIVE,
    PAYING,
    CartEmpty,
    CheckoutInProgress,
    CheckoutStatus,
    Details,
    ItemsUnavailable,
)
from checkout.models import Checkout, CheckoutLine
from checkout.selectors import CheckoutView, shipping_offers
from checkout.services.pricing import apply_details, apply_prices
from core.caller import Caller
from core.db.transactions import use_case
from core.ids import uuid7
from core.items import ItemRequest
from inventory.services import reserve


@use_case
def begin_checkout(
    *, caller: Caller, cart_id: UUID, details: Details, now: datetime
) -> CheckoutView:
    """A checkout of the caller's cart; its earlier one, if still open, is canceled.

    Holds every unit for `RESERVATION_LIFETIME` or none. Raises `CartNotFound`,
    `CartNotOpen`, `CartEmpty`, `ItemsUnavailable`, `UnknownShippingMethod`,
    `TotalTooHigh`, `CheckoutInProgress` or `InsufficientStock`, and `Unauthenticated` when the
    caller's account was closed.
    """
    details = _with_account_defaults(caller, details)
    earlier = _live_checkouts(cart_id)
    cart = lock_for_checkout(caller=caller, cart_id=cart_id, now=now)
    _supersede(earlier, now=now)
    return _begin(caller, cart, details, earlier=earlier, token=None, now=now)


@use_case
def begin_checkout_of_items(
    *,
    caller: Caller,
    currency: str | None,
    requested: Sequence[ItemRequest],
    details: Details,
    now: datetime,
) -> CheckoutView:
    """A checkout of a cart made for it; a guest's answer carries the token that proves both.

    Raises `UnknownSku` or `CurrencyMismatch` beside what `begin_checkout` raises.
    """
    details = _with_account_defaults(caller, details)
    new = open_cart(caller=caller, currency=currency, requested=requested, now=now)
    return _begin(caller, new.view, details, earlier=[], token=new.token, now=now)


def _begin(
    caller: Caller,
    cart: CartView,
    details: Details,
    *,
    earlier: Sequence[Checkout],
    token: str | None,
    now: datetime,
) -> CheckoutView:
    _require_buyable(cart)
    checkout = _draft(caller, cart, now=now)
    lines = _frozen_lines(checkout, cart)
    offers = shipping_offers(currency=cart.currency)
    apply_details(checkout, details, offers)
    apply_prices(checkout, lines)
    checkout.save(force_insert=True)
    CheckoutLine.objects.bulk_create(lines)
    reserve(
        checkout_id=checkout.id,
        demand={line.variant_id: line.quantity for line in lines},
        instead_of=[checkout.id for checkout in earlier],
        expires_at=checkout.reservation_expires_at,
        now=now,
    )
    status = CheckoutStatus(checkout.status)
    return CheckoutView(checkout, status, lines, offers, order=None, token=token)


def _require_buyable(cart: CartView) -> None:
    if not cart.lines:
        raise CartEmpty
    gone = [line.offer.sku for line in cart.lines if not line.is_for_sale]
    if gone:
        raise ItemsUnavailable(skus=gone)


def _live_checkouts(cart_id: UUID) -> list[Checkout]:
    """Locked before the cart. One begun in between makes the whole use case run again."""
    return list(Checkout.objects.filter(cart_id=cart_id, status__in=LIVE).locked())


def _supersede(earlier: Sequence[Checkout], *, now: datetime) -> None:
    """Ends them; `reserve` gives back what they hold, together with what the new one takes."""
    for checkout in earlier:
        if checkout.status in PAYING:
            raise CheckoutInProgress
        checkout.status = CheckoutStatus.CANCELED
        checkout.version += 1
        checkout.updated_at = now
        checkout.save(update_fields=["status", "version", "updated_at"])


def _draft(caller: Caller, cart: CartView, *, now: datetime) -> Checkout:
    return Checkout(
        cart_id=cart.id,
        cart_version=cart.version,
        customer_id=cart.customer_id or caller.user_id,
        token_hash=cart.token_hash,
        currency=cart.currency,
        reservation_expires_at=now + settings.RESERVATION_LIFETIME,
        created_at=now,
        updated_at=now,
    )


def _frozen_lines(checkout: Checkout, cart: CartView) -> list[CheckoutLine]:
    return [
        CheckoutLine(
            id=uuid7(),
            checkout=checkout,
            position=position,
            variant_id=line.offer.variant_id,
            sku=line.offer.sku,
            title=line.offer.title,
            quantity=line.quantity,
            unit_price=line.unit_price,
            total=line.total,
        )
        for position, line in enumerate(cart.lines)
    ]


def _with_account_defaults(caller: Caller, details: Details) -> Details:
    """A customer need not say what the account already knows; it cannot be erased meanwhile."""
    if caller.user_id is None:
        return details
    known = details.copy()
    email = lock_active_account_shared(user_id=caller.user_id)
    if not details.get("email"):
        known["email"] = email
    if "shipping_address" not in details and "billing_address" not in details:
        known["shipping_address"], known["billing_address"] = default_addresses(caller.user_id)
    return known

"""Beginning a checkout: freeze the cart's prices and hold its units."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings

from accounts.selectors import default_addresses
from accounts.services import lock_active_account_shared
from carts.domain import (
    CartFull,
    CartNotFound,
    CartNotOpen,
    CartView,
    CurrencyMismatch,
    PickedCart,
    UnknownSku,
)
from carts.services import lock_for_checkout, open_cart
from checkout.domain import LIVE, PAYING, CheckoutStatus, Details
from checkout.errors import (
    CartEmpty,
    CheckoutInProgress,
    ItemsUnavailable,
    UnknownShippingMethod,
)
from checkout.models import Checkout, CheckoutLine
from checkout.selectors import CheckoutView
from checkout.services.changes import (
    PRICING_ERRORS,
    apply_details,
    apply_prices,
    give_up_payment,
    save_as_new_version,
    transition,
)
from checkout.services.holding import HOLDING_ERRORS, mark_holder, require_holdable
from checkout.services.items import frozen_breaks, hold_units
from checkout.services.promotions import hold_claim, require_codes_left
from core.buyer import BuyerChanges
from core.caller import Caller
from core.db.transactions import use_case
from core.items import ItemRequest
from inventory.domain import InsufficientStock
from pricing.errors import CouponExhausted

BEGIN_CHECKOUT_ERRORS = (
    CartNotFound,
    CartNotOpen,
    CartEmpty,
    CartFull,
    UnknownSku,
    CurrencyMismatch,
    ItemsUnavailable,
    InsufficientStock,
    UnknownShippingMethod,
    *PRICING_ERRORS,
    CheckoutInProgress,
    CouponExhausted,
    *HOLDING_ERRORS,
)


@use_case
def begin_checkout(
    *, caller: Caller, cart_id: UUID, details: Details, now: datetime
) -> CheckoutView:
    """Begin a checkout of the caller's cart; cancel its earlier one, if still open.

    Holds every unit, and every use of a promotion, for `RESERVATION_LIFETIME` or none. A
    payment of the earlier checkout that waits for the buyer is given up; the recovery job has
    its provider void it. Raises
    `BEGIN_CHECKOUT_ERRORS`, and `Unauthenticated` when the caller's account was closed.
    """
    details = with_account_defaults(caller, details)
    # Locked before the cart. One begun in between makes the whole use case run again.
    earlier = list(Checkout.objects.filter(cart_id=cart_id, status__in=LIVE).locked())
    cart = lock_for_checkout(caller=caller, cart_id=cart_id, now=now)
    for checkout in earlier:
        if checkout.status in PAYING:
            give_up_payment(checkout, reason="checkout_canceled", now=now)
        transition(checkout, CheckoutStatus.CANCELED)
        save_as_new_version(checkout, (), now=now)
    replaced = [checkout.id for checkout in earlier]
    return _begin(caller, cart, details, replaced=replaced, token=None, now=now)


@use_case
def begin_checkout_of_items(
    *,
    caller: Caller,
    currency: str | None,
    requested: Sequence[ItemRequest],
    details: Details,
    now: datetime,
) -> CheckoutView:
    """Begin a checkout of a cart made for it; a guest gets the token that proves both.

    Raises what `begin_checkout` raises.
    """
    details = with_account_defaults(caller, details)
    new = open_cart(caller=caller, currency=currency, requested=requested, now=now)
    return _begin(caller, new.view, details, replaced=[], token=new.token, now=now)


def _begin(
    caller: Caller,
    cart: CartView | PickedCart,
    details: Details,
    *,
    replaced: Sequence[UUID],
    token: str | None,
    now: datetime,
) -> CheckoutView:
    """Freeze the cart's prices and hold its units, with those of the checkouts it replaces."""
    if not cart.lines:
        raise CartEmpty
    if gone := [line.offer.sku for line in cart.lines if not line.is_for_sale]:
        raise ItemsUnavailable(skus=gone)
    checkout = Checkout(
        cart_id=cart.id,
        cart_version=cart.version,
        customer_id=cart.customer_id or caller.user_id,
        token_hash=cart.token_hash,
        currency=cart.currency,
        codes=cart.codes,
        reservation_expires_at=now + settings.RESERVATION_LIFETIME,
        created_at=now,
        updated_at=now,
    )
    lines = _frozen_lines(cart, checkout)
    apply_details(checkout, details, now=now)
    mark_holder(checkout, caller)
    found = [line.offer for line in cart.lines]
    apply_prices(checkout, lines, found, details, cart.terms, held_by=replaced)
    require_codes_left(checkout, checkout.codes)
    checkout.save(force_insert=True)
    CheckoutLine.objects.bulk_create(lines)
    hold_claim(checkout, cart.terms, instead_of=replaced, now=now)
    hold_units(checkout, lines, instead_of=replaced, now=now)
    require_holdable(checkout, now=now)
    return CheckoutView(checkout, CheckoutStatus(checkout.status), lines, order=None, token=token)


def _frozen_lines(cart: CartView | PickedCart, checkout: Checkout) -> list[CheckoutLine]:
    """Copy the cart's lines with the titles and prices of this moment."""
    return [
        CheckoutLine(
            checkout=checkout,
            position=position,
            quantity=line.quantity,
            unit_price=line.unit_price,
            price_breaks=frozen_breaks(line.offer),
            total=line.total,
            **line.offer.line_columns(),
        )
        for position, line in enumerate(cart.lines)
    ]


def with_account_defaults(caller: Caller, details: Details) -> Details:
    """Fill in what the account knows; lock the account, so that it is not erased meanwhile."""
    if caller.user_id is None:
        return details
    known = details.copy()
    account = lock_active_account_shared(user_id=caller.user_id)
    if not details.get("email"):
        known["email"] = account.email
    buyer = details["buyer"] if "buyer" in details else BuyerChanges()
    if buyer is not None and not (buyer.get("first_name") or buyer.get("last_name")):
        names: BuyerChanges = {
            "first_name": account.first_name,
            "last_name": account.last_name,
        }
        known["buyer"] = {**buyer, **names}
    if "shipping_address" not in details and "billing_address" not in details:
        known["shipping_address"], known["billing_address"] = default_addresses(caller.user_id)
    return known

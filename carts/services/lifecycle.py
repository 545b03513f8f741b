"""What happens to a cart from outside: its checkout, its order, its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from carts.domain import CartStatus, CartView, Line
from carts.models import Cart
from carts.selectors import lines_of, view_of
from carts.services.writing import delete_lines, locked_cart, save_lines
from core.caller import Caller
from core.db.transactions import transaction_required, use_case


@transaction_required
def lock_for_checkout(*, caller: Caller, cart_id: UUID, now: datetime) -> CartView:
    """The caller's open cart with today's offers, locked until the transaction ends.

    Raises `CartNotFound` or `CartNotOpen`.
    """
    cart = locked_cart(caller=caller, cart_id=cart_id, expected=None, now=now)
    return view_of(cart, now=now)


@transaction_required
def settle_cart(
    *, cart_id: UUID, seen_version: int, bought: Mapping[UUID, int], now: datetime
) -> UUID | None:
    """Takes what was bought (units by variant) out of the cart; returns its customer, if any.

    Locks the cart. A cart that did not change since the checkout saw
    `seen_version` is done. One that did keeps what was added meanwhile. One that
    was merged has its lines in another cart: they are taken out of that one.
    """
    cart = Cart.objects.filter(pk=cart_id).locked().get()
    if cart.status == CartStatus.OPEN:
        if cart.version == seen_version or not _take_out(cart, bought):
            cart.status = CartStatus.ORDERED
        _save_settled(cart, now=now)
    elif cart.merged_into_id is not None:
        _settle_merged(cart.merged_into_id, bought, now=now)
    return cart.customer_id


def _settle_merged(cart_id: UUID, bought: Mapping[UUID, int], *, now: datetime) -> None:
    """Locked after the cart that was merged into it, as a claim does.

    It stays open though nothing may be left: no checkout of its own has ordered it.
    """
    cart = Cart.objects.filter(pk=cart_id, status=CartStatus.OPEN).locked().first()
    if cart is not None:
        _take_out(cart, bought)
        _save_settled(cart, now=now)


def _save_settled(cart: Cart, *, now: datetime) -> None:
    cart.version += 1
    cart.updated_at = now
    cart.save(update_fields=["status", "version", "updated_at"])


def _take_out(cart: Cart, bought: Mapping[UUID, int]) -> bool:
    """Whether anything is left."""
    lines = lines_of(cart)
    left = [_less(line, bought.get(line.variant_id, 0)) for line in lines]
    known = set(lines)
    delete_lines([line.id for line in left if line.quantity <= 0])
    save_lines(cart, [line for line in left if line.quantity > 0 and line not in known])
    return any(line.quantity > 0 for line in left)


def _less(line: Line, units: int) -> Line:
    return replace(line, quantity=line.quantity - units)


@use_case
def expire_carts(*, now: datetime, limit: int = 1_000) -> int:
    """Marks open carts whose time is over; returns how many (at most `limit`)."""
    lapsed = (
        Cart.objects.filter(status=CartStatus.OPEN, expires_at__lte=now)
        .select_for_update(skip_locked=True, no_key=True)
        .order_by("id")
        .values_list("pk", flat=True)[:limit]
    )
    return Cart.objects.filter(pk__in=list(lapsed)).update(
        status=CartStatus.EXPIRED, updated_at=now
    )

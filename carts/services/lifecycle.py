"""What ends a cart: a checkout locks it, an order completes it, time expires it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import cast
from uuid import UUID

from django.db import connection

from carts.domain import CartStatus, PickedCart
from carts.models import Cart, CartLine
from carts.selectors import offered_lines, terms_of
from carts.services.writing import locked_cart
from core.caller import Caller
from core.db.transactions import transaction_required, use_case

# What nearly every order does, in one statement: a cart that is as the checkout saw it.
_ORDER_UNCHANGED = """
UPDATE carts_cart SET status = 'ordered', version = version + 1, updated_at = %(now)s
WHERE id = %(id)s AND version = %(version)s AND status = 'open' AND merged_into_id IS NULL
RETURNING customer_id
"""


@transaction_required
def lock_for_checkout(*, caller: Caller, cart_id: UUID, now: datetime) -> PickedCart:
    """Lock the caller's open cart and return it with today's offers.

    Raises `CartNotFound` or `CartNotOpen`.
    """
    cart = locked_cart(caller=caller, cart_id=cart_id, expected_versions=None, now=now)
    lines, _ = offered_lines(cart, terms := terms_of(cart, now=now))
    return PickedCart(
        id=cart.id,
        version=cart.version,
        currency=cart.currency,
        customer_id=cart.customer_id,
        token_hash=cart.token_hash,
        lines=lines,
        codes=cart.codes,
        terms=terms,
    )


@transaction_required
def complete_cart(
    *, cart_id: UUID, seen_version: int, bought: Mapping[UUID, int], now: datetime
) -> UUID | None:
    """Remove what was bought (units by variant id) from the cart; return its customer, if any.

    Locks the cart. One that has not changed since the checkout saw `seen_version`, or of
    which nothing is left, becomes ordered; another keeps what was added meanwhile. When the
    cart was merged, its lines are removed from the cart that it was merged into, which stays
    open even without lines: no checkout of its own has ordered it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ORDER_UNCHANGED, {"id": cart_id, "version": seen_version, "now": now})
        if row := cursor.fetchone():
            return cast("UUID | None", row[0])
    cart = Cart.objects.filter(pk=cart_id).locked().get()
    holder: Cart | None = cart
    if cart.merged_into_id is not None:
        # Locked after the cart that was merged into it, as a claim does.
        holder = Cart.objects.filter(pk=cart.merged_into_id).locked().first()
    if holder is None or holder.status != CartStatus.OPEN:
        return cart.customer_id
    is_empty = not _remove_bought(holder, bought)
    if holder is cart and is_empty:
        cart.status = CartStatus.ORDERED
    holder.version += 1
    holder.updated_at = now
    holder.save(update_fields=["status", "version", "updated_at"])
    return cart.customer_id


def _remove_bought(cart: Cart, bought: Mapping[UUID, int]) -> bool:
    """Take the units off the lines, in at most two writes; tell whether any line is left."""
    lines = list(CartLine.objects.filter(cart=cart))
    for line in lines:
        line.quantity -= bought.get(line.variant_id, 0)
    gone = [line.pk for line in lines if line.quantity <= 0]
    reduced = [line for line in lines if line.quantity > 0 and line.variant_id in bought]
    if gone:
        CartLine.objects.filter(pk__in=gone).delete()
    if reduced:
        CartLine.objects.bulk_create(
            reduced, update_conflicts=True, unique_fields=["id"], update_fields=["quantity"]
        )
    return len(gone) < len(lines)


@use_case
def expire_carts(*, now: datetime, limit: int = 1_000) -> int:
    """Mark open carts whose time is over as expired; return how many (at most `limit`)."""
    lapsed = (
        Cart.objects.filter(status=CartStatus.OPEN, expires_at__lte=now)
        .select_for_update(skip_locked=True, no_key=True)
        .order_by("id")
        .values_list("pk", flat=True)[:limit]
    )
    return Cart.objects.filter(pk__in=list(lapsed)).update(
        status=CartStatus.EXPIRED, updated_at=now
    )

"""How every change of a cart is made: on a locked cart, as the difference of two line lists."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.conf import settings

from carts.domain import (
    CartNotFound,
    CartStatus,
    CartView,
    Line,
    require_cart_limits,
    require_open,
)
from carts.models import Cart, CartLine
from carts.selectors import assembled
from catalog.domain import Offer
from core.caller import Caller
from core.db.transactions import transaction_required
from core.ids import uuid7
from core.versions import require_version


@transaction_required
def locked_cart(
    *, caller: Caller, cart_id: UUID, expected: AbstractSet[int] | None, now: datetime
) -> Cart:
    """The caller's open cart, locked.

    Raises `CartNotFound`, `VersionMismatch` or `CartNotOpen`.
    """
    cart = Cart.objects.for_caller(caller).filter(pk=cart_id).locked().first()
    if cart is None:
        raise CartNotFound
    require_version(cart.version, expected)
    require_open(CartStatus(cart.status), cart.expires_at, now)
    return cart


def with_quantities(
    lines: Sequence[Line], quantities: Mapping[UUID, int], offers: Mapping[UUID, Offer]
) -> list[Line]:
    """`lines` with the given units per variant: changed in place, or added at the end.

    A line that is written takes today's price as the one its buyer has seen.
    """
    kept = [
        replace(
            line,
            quantity=quantities[line.variant_id],
            seen_price=_price_of(offers[line.variant_id], line.seen_price),
        )
        if line.variant_id in quantities
        else line
        for line in lines
    ]
    present = {line.variant_id for line in lines}
    added = [
        Line(uuid7(), variant_id, quantity, _price_of(offers[variant_id], 0))
        for variant_id, quantity in quantities.items()
        if variant_id not in present
    ]
    return kept + added


def _price_of(offer: Offer, fallback: int) -> int:
    return fallback if offer.unit_price is None else offer.unit_price


def write_lines(
    cart: Cart,
    *,
    before: Sequence[Line],
    after: Sequence[Line],
    offers: Iterable[Offer],
    now: datetime,
) -> CartView:
    """Stores the difference, moves the version on and returns the cart as it is now.

    Raises `CartFull`. Changing nothing is a write too: the owner acted, so the
    version and the expiry move on.
    """
    require_cart_limits(line.quantity for line in after)
    delete_lines({line.id for line in before} - {line.id for line in after})
    known = set(before)
    save_lines(cart, [line for line in after if line not in known])
    touch(cart, now=now)
    return assembled(cart, after, offers, now=now)


def delete_lines(line_ids: Collection[UUID]) -> None:
    """One statement, or none."""
    if line_ids:
        CartLine.objects.filter(pk__in=line_ids).delete()


def save_lines(cart: Cart, lines: Sequence[Line]) -> None:
    """Inserts new lines and updates known ones in one statement, or none."""
    if lines:
        CartLine.objects.bulk_create(
            [
                CartLine(
                    id=line.id,
                    cart=cart,
                    variant_id=line.variant_id,
                    quantity=line.quantity,
                    seen_price=line.seen_price,
                )
                for line in lines
            ],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["quantity", "seen_price"],
        )


def touch(cart: Cart, *, now: datetime) -> None:
    """The cart has changed: a new version, and its life starts again."""
    cart.version += 1
    cart.updated_at = now
    cart.expires_at = now + settings.CART_LIFETIME
    cart.save(update_fields=["version", "updated_at", "expires_at"])

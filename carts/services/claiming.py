"""A guest logs in: the guest's cart becomes the customer's, or joins the one there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from accounts.services import lock_user
from carts.domain import CartNotFound, CartStatus, CartView, Line, require_open
from carts.models import Cart
from carts.selectors import lines_of, offers_for, view_of
from carts.services.writing import touch, write_lines
from core.caller import Caller
from core.db.transactions import use_case
from core.errors import Unauthenticated
from core.ids import uuid7
from core.versions import require_version


@use_case
def claim_cart(
    *, caller: Caller, cart_id: UUID, expected: AbstractSet[int] | None = None, now: datetime
) -> CartView:
    """Gives the guest cart that `caller` proves by token to `caller`'s account.

    Units of the same SKU add up. A cart in another currency is not merged but
    kept beside the other. Claiming again answers with the cart it went into.
    Claims of one user run one after the other, so none overwrites another.

    Raises `Unauthenticated` without an open account, `CartNotFound`, `VersionMismatch`,
    `CartNotOpen`, or `CartFull` when the two do not fit into one (nothing has changed then).
    """
    if caller.user_id is None:
        raise Unauthenticated
    lock_user(user_id=caller.user_id)
    guest = _guest_cart(caller, cart_id)
    if guest.customer_id == caller.user_id:
        return view_of(_open_cart_of(caller.user_id, guest.currency, now) or guest, now=now)
    require_version(guest.version, expected)
    require_open(CartStatus(guest.status), guest.expires_at, now)
    own = _open_cart_of(caller.user_id, guest.currency, now)
    guest.customer_id, guest.token_hash = caller.user_id, None
    if own is None:
        guest.save(update_fields=["customer", "token_hash"])
        touch(guest, now=now)
        return view_of(guest, now=now)
    return _merge(guest, own, now=now)


def _guest_cart(caller: Caller, cart_id: UUID) -> Cart:
    cart = Cart.objects.for_caller(caller).filter(pk=cart_id).locked().first()
    if cart is None:
        raise CartNotFound
    return cart


def _open_cart_of(user_id: UUID, currency: str, now: datetime) -> Cart | None:
    """Locked after the guest's cart; the lock on the user rules out a cycle of two claims."""
    return (
        Cart.objects.filter(
            customer_id=user_id, currency=currency, status=CartStatus.OPEN, expires_at__gt=now
        )
        .order_by("-updated_at", "-id")
        .locked()
        .first()
    )


def _merge(guest: Cart, own: Cart, *, now: datetime) -> CartView:
    before, arriving = lines_of(own), lines_of(guest)
    found = offers_for(own, [*before, *arriving])
    after = _together(before, arriving, {offer.variant_id: offer.unit_price for offer in found})
    guest.status, guest.merged_into = CartStatus.MERGED, own
    guest.updated_at = now
    guest.save(update_fields=["customer", "token_hash", "status", "merged_into", "updated_at"])
    return write_lines(own, before=before, after=after, offers=found, now=now)


def _together(
    before: Sequence[Line], arriving: Sequence[Line], prices: Mapping[UUID, int | None]
) -> list[Line]:
    """The lines of both, with the prices that their buyer was shown: merging shows no new ones."""
    coming = {line.variant_id: line for line in arriving}
    held = {line.variant_id for line in before}
    return [
        *(_with(line, coming.get(line.variant_id), prices.get(line.variant_id)) for line in before),
        *(replace(line, id=uuid7()) for line in arriving if line.variant_id not in held),
    ]


def _with(line: Line, other: Line | None, price: int | None) -> Line:
    """`line` and the units of `other`; of two shown prices the one that has changed since."""
    if other is None:
        return line
    shown = other.seen_price if line.seen_price == price else line.seen_price
    return replace(line, quantity=line.quantity + other.quantity, seen_price=shown)

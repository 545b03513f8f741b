"""A guest logs in: the guest's cart becomes the customer's, or joins the one there is."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import datetime
from uuid import UUID

from accounts.personal_data import Guest
from accounts.selectors import is_verified
from accounts.services import join_guest_records, lock_user
from carts.domain import (
    CartFull,
    CartNotFound,
    CartNotOpen,
    CartStatus,
    CartView,
    merged_lines,
    require_open,
)
from carts.models import Cart
from carts.selectors import offered_lines, terms_of, view_of
from carts.services.writing import write_lines
from core.caller import Caller
from core.db.transactions import use_case
from core.errors import Unauthenticated
from core.versions import require_version
from pricing.domain import joined_codes

CLAIM_CART_ERRORS = (CartNotFound, CartNotOpen, CartFull)


@use_case
def claim_cart(
    *,
    caller: Caller,
    cart_id: UUID,
    expected_versions: AbstractSet[int] | None = None,
    now: datetime,
) -> CartView:
    """Give the guest cart that `caller` proves by token to `caller`'s account.

    Units of the same SKU add up, and codes. A cart in another currency is kept beside the other,
    and two that do not fit into one stay as they are. Claiming again returns the cart it went
    into. An ordered one brings its order to a verified account; to others it is not open.
    Raises `CLAIM_CART_ERRORS`, `VersionMismatch`, and `Unauthenticated` without an open account.
    """
    if caller.user_id is None:
        raise Unauthenticated
    lock_user(user_id=caller.user_id)
    guest = Cart.objects.for_caller(caller).filter(pk=cart_id).locked().first()
    if guest is None:
        raise CartNotFound
    is_claimed = guest.customer_id == caller.user_id
    if not is_claimed:
        require_version(guest.version, expected_versions)
        if guest.status == CartStatus.ORDERED and is_verified(caller.user_id):
            return _claim_order(guest, caller.user_id, now=now)
        require_open(CartStatus(guest.status), guest.expires_at, now)
    own = _open_cart_of(caller.user_id, guest.currency, now=now)
    if is_claimed:
        return view_of(guest if guest.status == CartStatus.ORDERED else own or guest, now=now)
    guest.customer_id, guest.token_hash = caller.user_id, None
    if own is not None:
        own.codes = joined_codes(own.codes, guest.codes)
    arriving, _ = offered_lines(guest, terms := terms_of(own or guest, now=now))
    if own is None:
        guest.save(update_fields=["customer", "token_hash"])
        return write_lines(guest, before=arriving, after=arriving, terms=terms)
    before, _ = offered_lines(own, terms)
    guest.status, guest.merged_into, guest.updated_at = CartStatus.MERGED, own, now
    guest.save(update_fields=["customer", "token_hash", "status", "merged_into", "updated_at"])
    return write_lines(own, before=before, after=merged_lines(before, arriving), terms=terms)


def _claim_order(guest: Cart, user_id: UUID, *, now: datetime) -> CartView:
    """Give an ordered cart with its checkout and order to a user.

    They are locked after the cart, which nothing else does with a checkout that is completed.
    """
    join_guest_records(user_id=user_id, guest=Guest(token_hash=guest.token_hash))
    guest.customer_id, guest.token_hash = user_id, None
    guest.save(update_fields=["customer", "token_hash"])
    return view_of(guest, now=now)


def _open_cart_of(user_id: UUID, currency: str, *, now: datetime) -> Cart | None:
    """Lock the user's open cart in a currency, the one changed last.

    It is locked after the guest's; the lock on the user rules out a cycle of two claims.
    """
    carts = Cart.objects.filter(customer_id=user_id, currency=currency, status=CartStatus.OPEN)
    return carts.filter(expires_at__gt=now).order_by("-updated_at", "-id").locked().first()

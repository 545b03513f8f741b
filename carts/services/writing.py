"""How lines of a cart are written: on a locked cart, as the difference of two lists."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from uuid import UUID

from django.conf import settings

from carts.domain import (
    CartNotFound,
    CartStatus,
    CartView,
    OfferedLine,
    require_cart_limits,
    require_open,
)
from carts.models import Cart, CartLine
from carts.selectors import view_with_lines
from core.caller import Caller
from core.db.transactions import transaction_required
from core.versions import require_version
from pricing.domain import Terms


@transaction_required
def locked_cart(
    *, caller: Caller, cart_id: UUID, expected_versions: AbstractSet[int] | None, now: datetime
) -> Cart:
    """Lock the caller's open cart and return it.

    Raises `CartNotFound`, `VersionMismatch` or `CartNotOpen`.
    """
    cart = Cart.objects.for_caller(caller).filter(pk=cart_id).locked().first()
    if cart is None:
        raise CartNotFound
    require_version(cart.version, expected_versions)
    require_open(CartStatus(cart.status), cart.expires_at, now)
    return cart


@transaction_required
def write_lines(
    cart: Cart, *, before: Sequence[OfferedLine], after: Sequence[OfferedLine], terms: Terms
) -> CartView:
    """Store the cart's codes and the difference of the lines; return it as it is at `terms.at`.

    The version and the expiry move on even if no line has changed, because the owner acted.
    Raises `CartFull`.
    """
    require_cart_limits(line.quantity for line in after)
    stored = {line.id: line for line in before}
    removed = stored.keys() - {line.id for line in after}
    if removed:
        CartLine.objects.filter(pk__in=removed).delete()
    save_lines(cart, [line for line in after if line != stored.get(line.id)])
    cart.version += 1
    cart.updated_at = terms.at
    cart.expires_at = terms.at + settings.CART_LIFETIME
    cart.save(update_fields=["codes", "version", "updated_at", "expires_at"])
    return view_with_lines(cart, after, terms)


@transaction_required
def save_lines(cart: Cart, lines: Sequence[OfferedLine]) -> None:
    """Insert new lines and update known ones, in one statement or none."""
    if lines:
        CartLine.objects.bulk_create(
            [
                CartLine(
                    id=line.id,
                    cart=cart,
                    variant_id=line.offer.variant_id,
                    quantity=line.quantity,
                    seen_price=line.seen_price,
                    seen_quantity=line.seen_quantity,
                )
                for line in lines
            ],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["quantity", "seen_price", "seen_quantity"],
        )

"""Reads of carts: three statements whatever the number of lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings

from carts.domain import CartNotFound, CartStatus, CartView, Line, OfferedLine
from carts.models import Cart, CartLine
from catalog.domain import Offer
from catalog.selectors import offers
from core.caller import Caller
from pricing.domain import price


def cart_for(*, caller: Caller, cart_id: UUID, now: datetime) -> CartView:
    """The caller's cart. Raises `CartNotFound`."""
    cart = Cart.objects.for_caller(caller).filter(pk=cart_id).first()
    if cart is None:
        raise CartNotFound
    return view_of(cart, now=now)


def current_cart(*, caller: Caller, now: datetime) -> CartView:
    """The open cart that the caller changed last. Raises `CartNotFound`."""
    cart = (
        Cart.objects.for_caller(caller)
        .filter(status=CartStatus.OPEN, expires_at__gt=now)
        .order_by("-updated_at", "-id")
        .first()
    )
    if cart is None:
        raise CartNotFound
    return view_of(cart, now=now)


def view_of(cart: Cart, *, now: datetime) -> CartView:
    """A cart that has been read already, with its lines and today's offers."""
    lines = lines_of(cart)
    return assembled(cart, lines, offers_for(cart, lines), now=now)


def lines_of(cart: Cart) -> list[Line]:
    """The stored lines, in the order in which they were added."""
    rows = CartLine.objects.filter(cart=cart).order_by("id")
    return [Line(*row) for row in rows.values_list("id", "variant_id", "quantity", "seen_price")]


def offers_for(cart: Cart, lines: Sequence[Line], skus: Iterable[str] = ()) -> list[Offer]:
    """Today's offers of the lines' variants and of more SKUs, in one statement."""
    return offers(
        currency=cart.currency,
        skus=list(skus),
        variant_ids=[line.variant_id for line in lines],
    )


def assembled(
    cart: Cart, lines: Sequence[Line], found: Iterable[Offer], *, now: datetime
) -> CartView:
    """The view made of parts that are in hand; touches no database."""
    by_variant = {offer.variant_id: offer for offer in found}
    offered = [OfferedLine(line, by_variant[line.variant_id]) for line in lines]
    quote = price(
        [(line.unit_price, line.line.quantity) for line in offered], tax_rate=settings.TAX_RATE
    )
    status = CartStatus(cart.status)
    lapsed = status is CartStatus.OPEN and cart.expires_at <= now
    return CartView(
        id=cart.id,
        status=CartStatus.EXPIRED if lapsed else status,
        version=cart.version,
        currency=cart.currency,
        expires_at=cart.expires_at,
        customer_id=cart.customer_id,
        token_hash=cart.token_hash,
        lines=offered,
        totals=quote.totals,
    )

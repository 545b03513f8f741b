"""Reads of carts: a fixed number of statements, whatever the number of lines and of codes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from carts.domain import CartNotFound, CartStatus, CartView, OfferedLine
from carts.models import Cart, CartLine
from catalog.domain import Offer
from catalog.selectors import offers, priced_items
from core.caller import Caller
from pricing.domain import Basket, Terms, customer_key, price
from pricing.selectors import terms_for, used_up


def cart_for(*, caller: Caller, cart_id: UUID, now: datetime) -> CartView:
    """Return the caller's cart. Raises `CartNotFound`."""
    cart = Cart.objects.for_caller(caller).filter(pk=cart_id).first()
    if cart is None:
        raise CartNotFound
    return view_of(cart, now=now)


def current_cart(*, caller: Caller, now: datetime) -> CartView:
    """Return the open cart that the caller changed last. Raises `CartNotFound`."""
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
    """Read the lines of a cart and today's offers of them, and price it."""
    terms = terms_of(cart, now=now)
    lines, _ = offered_lines(cart, terms)
    return view_with_lines(cart, lines, terms)


def terms_of(cart: Cart, *, now: datetime) -> Terms:
    """Return what the buyer of a cart is priced by today."""
    return terms_for(
        customer_id=cart.customer_id, currency=cart.currency, codes=cart.codes, now=now
    )


def offered_lines(
    cart: Cart, terms: Terms, skus: Collection[str] = ()
) -> tuple[list[OfferedLine], list[Offer]]:
    """Read the lines in the order in which they were added, and the offers of them and of `skus`.

    Two statements, whatever their number, and one more where price lists apply.
    """
    rows = list(
        CartLine.objects.filter(cart=cart)
        .order_by("id")
        .values_list("id", "variant_id", "quantity", "seen_price", "seen_quantity")
    )
    variant_ids = [row[1] for row in rows]
    found = offers(currency=cart.currency, skus=skus, variant_ids=variant_ids, terms=terms)
    by_variant = {offer.variant_id: offer for offer in found}
    lines = [
        OfferedLine(line_id, by_variant[variant_id], *quantity_and_seen)
        for line_id, variant_id, *quantity_and_seen in rows
    ]
    return lines, found


def view_with_lines(cart: Cart, lines: Sequence[OfferedLine], terms: Terms) -> CartView:
    """Price what can be bought of a cart whose lines are in hand.

    No statement, but one each where a promotion has a limit or asks for categories.
    """
    payable = [(line.offer, line.quantity, line.unit_price) for line in lines if line.is_for_sale]
    who = customer_key(customer_id=cart.customer_id, email="")
    basket = Basket(
        cart.currency,
        priced_items(payable, terms.rules),
        codes=terms.entered,
        used_up=used_up(terms, customer_key=who, now=terms.at),
        buyer=terms.buyer,
    )
    status = CartStatus(cart.status)
    lapsed = status is CartStatus.OPEN and cart.expires_at <= terms.at
    return CartView(
        id=cart.id,
        status=CartStatus.EXPIRED if lapsed else status,
        version=cart.version,
        currency=cart.currency,
        expires_at=cart.expires_at,
        customer_id=cart.customer_id,
        token_hash=cart.token_hash,
        lines=lines,
        codes=cart.codes,
        terms=terms,
        quote=price(basket, terms.rules, now=terms.at),
    )

"""Entering promotion codes in a cart."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import datetime
from uuid import UUID

from carts.domain import CartNotFound, CartNotOpen, CartView
from carts.selectors import offered_lines, terms_of
from carts.services.writing import locked_cart, write_lines
from core.caller import Caller
from core.db.transactions import use_case
from pricing.domain import clean_code, with_code, without_code
from pricing.errors import CodeNotFound, InvalidCode, TooManyCodes

ADD_COUPON_ERRORS = (CartNotFound, CartNotOpen, InvalidCode, TooManyCodes)
REMOVE_COUPON_ERRORS = (CartNotFound, CartNotOpen, CodeNotFound)


@use_case
def add_coupon(
    *,
    caller: Caller,
    cart_id: UUID,
    code: str,
    expected_versions: AbstractSet[int] | None = None,
    now: datetime,
) -> CartView:
    """Enter a code, which counts once; whether it applies is said by the cart.

    Raises `ADD_COUPON_ERRORS` and `VersionMismatch`.
    """
    try:
        code = clean_code(code)
    except InvalidCode as refusal:
        raise refusal.at("/code") from None
    cart = locked_cart(caller=caller, cart_id=cart_id, expected_versions=expected_versions, now=now)
    cart.codes = with_code(cart.codes, code)
    terms = terms_of(cart, now=now)
    lines, _ = offered_lines(cart, terms)
    return write_lines(cart, before=lines, after=lines, terms=terms)


@use_case
def remove_coupon(
    *,
    caller: Caller,
    cart_id: UUID,
    code: str,
    expected_versions: AbstractSet[int] | None = None,
    now: datetime,
) -> CartView:
    """Take a code out again. Raises `REMOVE_COUPON_ERRORS` and `VersionMismatch`."""
    cart = locked_cart(caller=caller, cart_id=cart_id, expected_versions=expected_versions, now=now)
    cart.codes = without_code(cart.codes, code)
    terms = terms_of(cart, now=now)
    lines, _ = offered_lines(cart, terms)
    return write_lines(cart, before=lines, after=lines, terms=terms)

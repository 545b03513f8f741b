"""What can go wrong with promotions and their codes."""

from __future__ import annotations

from core.errors import Conflict, Invalid, NotFound


class PromotionNotFound(NotFound):
    """There is no such promotion."""


class InvalidPromotion(Invalid):
    """The promotion is not valid."""


class InvalidCode(Invalid):
    """A code has 1 to 64 letters, digits and signs, without spaces or slashes."""

    code = "invalid_code"


class CodeTaken(Conflict):
    """Another promotion has this code."""

    code = "code_taken"


class CodeNotFound(NotFound):
    """This code was not entered."""


class TooManyCodes(Conflict):
    """At most 20 codes can be entered."""

    code = "too_many_codes"


class CouponExhausted(Conflict):
    """Some codes have been used as often as they can be; `codes` names them."""

    code = "coupon_exhausted"

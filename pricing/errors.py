"""What can be refused of promotions and their codes, of rates of tax and VAT numbers."""

from __future__ import annotations

from core.errors import Conflict, Invalid, NotFound, Unavailable


class TaxRateNotFound(NotFound):
    """There is no such tax rate."""


class TaxRateOverlaps(Conflict):
    """Another rate of this place and class holds on some of these days; end it the day before."""

    code = "tax_rate_overlaps"


class TaxRateOutOfRange(Invalid):
    """A rate is a fraction from 0 to 1: twenty percent are 0.2."""

    code = "invalid_rate"


class TaxRateDates(Invalid):
    """The last day of a rate is not before its first."""

    code = "dates_reversed"


class TaxRateUntitled(Invalid):
    """A rate that is added to another one needs a title to tell it by."""

    code = "title_required"


class UnknownPlace(Invalid):
    """There is no such country, or no such region of it."""

    code = "unknown_place"


class InvalidVatNumber(Invalid):
    """This is not a valid VAT number of a member state of the EU, with its country's prefix."""

    code = "invalid_vat_number"


class TaxesUnavailable(Unavailable):
    """The tax of this address cannot be computed right now; try again soon."""

    code = "taxes_unavailable"


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

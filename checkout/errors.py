"""What can go wrong on the way from a cart to an order."""

from __future__ import annotations

from core.errors import Conflict, Invalid, NotFound
from inventory.domain import InsufficientStock
from pricing.errors import CouponExhausted


class CheckoutNotFound(NotFound):
    """There is no such checkout, or it is not yours."""


class DraftNotFound(NotFound):
    """There is no such draft order."""


class DraftNotAddressed(Conflict):
    """The draft order has no e-mail address to send it to."""

    code = "email_missing"


class UnknownCustomer(Invalid):
    """There is no such customer, or the account is closed."""

    code = "unknown_customer"


class PaidButSoldOut(InsufficientStock):
    """The units were sold while the payment was in progress; your money is on its way back."""


class PaidButExhausted(CouponExhausted):
    """A code was used up while the payment was in progress; your money is on its way back."""


class ItemsUnavailable(Conflict):
    """Some lines are no longer available; `skus` names them."""

    code = "items_unavailable"


class PaidButWithdrawn(ItemsUnavailable):
    """Some lines were withdrawn during the payment; your money is on its way back."""


class CartEmpty(Conflict):
    """There is nothing in the cart to check out."""

    code = "cart_empty"


class UnknownShippingMethod(Invalid):
    """This shipping method is not offered for this checkout."""

    code = "unknown_shipping_method"


class ShippingMethodNotFound(NotFound):
    """There is no shipping method with this code."""


class ShippingMethodCodeTaken(Conflict):
    """Another shipping method has this code."""

    code = "code_taken"


class CountryNotFound(NotFound):
    """There is no country with this code."""


class ShippingZoneNotFound(NotFound):
    """There is no shipping zone with this code."""


class ShippingZoneCodeTaken(Conflict):
    """Another shipping zone has this code."""

    code = "code_taken"


class UnknownShippingZone(Invalid):
    """There is no shipping zone with this code."""

    code = "unknown_shipping_zone"


class ShippingZoneInUse(Conflict):
    """Shipping methods deliver to this zone; `methods` names them."""

    code = "shipping_zone_in_use"


class AreaTaken(Conflict):
    """A country or region is in one zone at most, and one of these is in another."""

    code = "area_taken"


class InvalidShippingMethod(Invalid):
    """The shipping method would not be complete; `errors` says what is wrong."""

    code = "invalid_shipping_method"


class TooManyCheckouts(Conflict):
    """You have too many checkouts open; complete or cancel one, or wait until one expires."""

    code = "too_many_checkouts"


class EmailNeededToReserve(Conflict):
    """So many units are reserved only with an e-mail address; `items` says how many without."""

    code = "email_needed_to_reserve"


class TotalTooHigh(Conflict):
    """An order comes to at most 1,000,000,000,000 minor units; buy in parts."""

    code = "total_too_high"


class CheckoutIncomplete(Conflict):
    """The checkout cannot be completed yet; `messages` say what is missing."""

    code = "checkout_incomplete"


class CheckoutExpired(Conflict):
    """The reservation has run out; start a new checkout."""

    code = "checkout_expired"


class CheckoutCanceled(Conflict):
    """This checkout was canceled; start a new one."""

    code = "checkout_canceled"


class CheckoutInProgress(Conflict):
    """A payment is in progress; the checkout cannot be changed."""

    code = "checkout_in_progress"


class CheckoutCompleted(Conflict):
    """This checkout has already become an order."""

    code = "checkout_completed"


class TotalChanged(Conflict):
    """The total is not what you expected; `total` is what it is now."""

    code = "total_changed"


class ExpectedTotalCurrencyMismatch(Invalid):
    """The expected total is in another currency than the checkout."""

    code = "currency_mismatch"


# Why a checkout cannot be changed any more.
NOT_EDITABLE = (CheckoutExpired, CheckoutCanceled, CheckoutCompleted, CheckoutInProgress)

"""The rules of a checkout: its states, what it still lacks, what can go wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypedDict

from core.address import Address
from core.errors import Conflict, FieldError, Invalid, NotFound
from core.money import MAX_AMOUNT, Money, money_body


class CheckoutStatus(StrEnum):
    """Where a checkout stands."""

    INCOMPLETE = "incomplete"
    READY = "ready"
    COMPLETING = "completing"
    REQUIRES_ACTION = "requires_action"
    COMPLETED = "completed"
    CANCELED = "canceled"
    EXPIRED = "expired"

    @property
    def label(self) -> str:
        """For people."""
        return self.value.replace("_", " ").capitalize()


EDITABLE = frozenset({CheckoutStatus.INCOMPLETE, CheckoutStatus.READY})
PAYING = frozenset({CheckoutStatus.COMPLETING, CheckoutStatus.REQUIRES_ACTION})
LIVE = EDITABLE | PAYING


class CheckoutNotFound(NotFound):
    """There is no such checkout, or it is not yours."""


class CartEmpty(Conflict):
    """There is nothing in the cart to check out."""

    code = "cart_empty"


class ItemsUnavailable(Conflict):
    """Some lines of the cart are no longer sold; `skus` names them."""

    code = "items_unavailable"


class UnknownShippingMethod(Invalid):
    """This shipping method is not offered for the checkout's currency."""

    code = "unknown_shipping_method"


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
    """A payment is under way; the checkout cannot be changed."""

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


class Details(TypedDict, total=False):
    """What a buyer says about a checkout; what is absent stays as it is, None clears it."""

    email: str | None
    shipping_address: Address | None
    billing_address: Address | None
    shipping_method: str | None


@dataclass(frozen=True, slots=True)
class ShippingOffer:
    """A way to deliver and its flat price in minor units of the checkout's currency."""

    code: str
    title: str
    price: int


@dataclass(frozen=True, slots=True)
class Message:
    """What a checkout still lacks."""

    code: str
    pointer: str
    detail: str


_REQUIRED = (
    ("email", "email_required", "An e-mail address is needed to send the confirmation to."),
    ("shipping_address", "shipping_address_required", "A shipping address is needed."),
    ("shipping_method", "shipping_method_required", "Choose one of the shipping methods."),
)


def incomplete(messages: Iterable[Message]) -> CheckoutIncomplete:
    """The refusal that says what is missing."""
    return CheckoutIncomplete(
        messages=[
            {"code": message.code, "pointer": message.pointer, "detail": message.detail}
            for message in messages
        ]
    )


def missing_details(values: Mapping[str, object]) -> list[Message]:
    """A message for each of the details that completion needs and `values` lacks."""
    return [
        Message(code, f"/{name}", detail)
        for name, code, detail in _REQUIRED
        if not values.get(name)
    ]


def chosen_offer(code: str, offers: list[ShippingOffer]) -> ShippingOffer:
    """The offer of a code. Raises `UnknownShippingMethod`."""
    for offer in offers:
        if offer.code == code:
            return offer
    known = ", ".join(offer.code for offer in offers) or "none"
    problem = FieldError("/shipping_method", "unknown_shipping_method", f"Known: {known}.")
    raise UnknownShippingMethod(errors=[problem])


def current_status(
    stored: CheckoutStatus, reservation_expires_at: datetime, now: datetime
) -> CheckoutStatus:
    """The status at `now`: what can still be edited is over when its reservation is."""
    if stored in EDITABLE and reservation_expires_at <= now:
        return CheckoutStatus.EXPIRED
    return stored


def require_editable(status: CheckoutStatus) -> None:
    """Raises the refusal that says why a checkout cannot be changed any more."""
    match status:
        case CheckoutStatus.EXPIRED:
            raise CheckoutExpired
        case CheckoutStatus.CANCELED:
            raise CheckoutCanceled
        case CheckoutStatus.COMPLETED:
            raise CheckoutCompleted
        case CheckoutStatus.COMPLETING | CheckoutStatus.REQUIRES_ACTION:
            raise CheckoutInProgress
        case CheckoutStatus.INCOMPLETE | CheckoutStatus.READY:
            return


def require_payable(total: int) -> None:
    """Raises `TotalTooHigh` for more minor units than any amount may have."""
    if total > MAX_AMOUNT:
        raise TotalTooHigh


def require_total(actual: Money, expected: Money | None) -> None:
    """Raises `TotalChanged` or `ExpectedTotalCurrencyMismatch` unless it is as expected."""
    if expected is None or expected == actual:
        return
    if expected.currency != actual.currency:
        mismatch = ExpectedTotalCurrencyMismatch(currency=actual.currency)
        raise mismatch.at("/expected_total/currency")
    raise total_changed(actual)


def total_changed(actual: Money) -> TotalChanged:
    """The refusal that says what the total is now."""
    return TotalChanged(total=money_body(actual.amount, actual.currency))

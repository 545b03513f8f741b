"""How a checkout becomes exactly one order: states, decisions, and what can go wrong.

What CongoCart promises a buyer is in two tables: `TRANSITIONS`, which status may follow
which, and `decide`, what happens when something is known of a payment. Money either becomes
the checkout's one order or goes back with a reason; a refusal opens the checkout again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypedDict

from checkout.delivery import Delivery
from checkout.errors import (
    CheckoutCanceled,
    CheckoutCompleted,
    CheckoutExpired,
    CheckoutInProgress,
    CheckoutNotFound,
    ExpectedTotalCurrencyMismatch,
    TotalChanged,
    TotalTooHigh,
)
from core.address import Address
from core.buyer import BuyerChanges
from core.messages import Message
from core.money import MAX_AMOUNT, Money, money_body
from core.states import Status
from payments.domain import OutcomeKind, PaymentRecord, holds_money


class CheckoutStatus(Status):
    """How far a checkout is on its way to an order."""

    DRAFT = "draft"
    INCOMPLETE = "incomplete"
    READY = "ready"
    COMPLETING = "completing"
    REQUIRES_ACTION = "requires_action"
    COMPLETED = "completed"
    CANCELED = "canceled"
    EXPIRED = "expired"


EDITABLE = frozenset({CheckoutStatus.INCOMPLETE, CheckoutStatus.READY})
PAYING = frozenset({CheckoutStatus.COMPLETING, CheckoutStatus.REQUIRES_ACTION})
LIVE = EDITABLE | PAYING

_S = CheckoutStatus

# From -> the statuses that may follow.
TRANSITIONS: dict[CheckoutStatus, AbstractSet[CheckoutStatus]] = {
    # Staff are making it: it holds nothing, and no buyer sees it until it is sent or placed.
    _S.DRAFT: {_S.INCOMPLETE, _S.READY, _S.CANCELED},
    # A detail is missing.
    _S.INCOMPLETE: {_S.READY, _S.CANCELED, _S.EXPIRED},
    # Nothing is missing. It is completed at once when no provider has to be asked, or when money
    # arrives from a payment that had been refused before.
    _S.READY: {_S.INCOMPLETE, _S.COMPLETING, _S.COMPLETED, _S.CANCELED, _S.EXPIRED},
    # The provider was asked. A refusal opens the checkout again, and so does a buyer who pays
    # otherwise; without units it expires.
    _S.COMPLETING: {
        _S.REQUIRES_ACTION, _S.COMPLETED, _S.READY, _S.INCOMPLETE, _S.CANCELED, _S.EXPIRED,
    },
    # The buyer has to confirm the payment. It expires when they never do.
    _S.REQUIRES_ACTION: {
        _S.COMPLETING, _S.COMPLETED, _S.READY, _S.INCOMPLETE, _S.CANCELED, _S.EXPIRED,
    },
    # Money that arrives late still buys the units, if they can be had.
    _S.EXPIRED: {_S.COMPLETED, _S.CANCELED},
    _S.COMPLETED: set(),
    _S.CANCELED: set(),
}  # fmt: skip


class PaymentNews(StrEnum):
    """What is known of a payment once the latest news of it has been recorded."""

    PAID = "paid"  # the whole amount is captured or authorized, and not on its way back
    PAID_IN_PART = "paid_in_part"
    REQUIRES_ACTION = "requires_action"  # the buyer has to confirm it
    IN_PROGRESS = "in_progress"  # the provider has not said how it ends
    REFUSED = "refused"  # declined or voided
    RETURNED = "returned"  # the money was there, and is back or on its way back


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """A payment as completion sees it.

    `in_progress` until this news came; false for old news of an earlier payment.
    `covers_total` unless the checkout has changed since the payment began.
    `given_up` when it was asked to be voided before.
    """

    news: PaymentNews
    in_progress: bool
    covers_total: bool
    has_order: bool = False
    given_up: bool = False


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """The payment is good: the checkout becomes an order."""


@dataclass(frozen=True, slots=True)
class ReturnMoney:
    """The money cannot become an order, for this reason, and goes back."""

    reason: str


@dataclass(frozen=True, slots=True)
class Reopen:
    """The payment came to nothing: the buyer can try again, the units are still held."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The payment is in progress: the checkout shows whom it waits for."""

    status: CheckoutStatus


@dataclass(frozen=True, slots=True)
class AlreadyDone:
    """The news changes nothing: the checkout is past it."""


Decision = PlaceOrder | ReturnMoney | Reopen | Wait | AlreadyDone


def news_of(payment: PaymentRecord) -> PaymentNews:
    """Return what a payment amounts to for its checkout."""
    if holds_money(payment):
        in_part = payment.captured not in {0, payment.amount}
        return PaymentNews.PAID_IN_PART if in_part else PaymentNews.PAID
    match payment.step:
        case OutcomeKind.DECLINED | OutcomeKind.VOIDED:
            return PaymentNews.REFUSED
        case OutcomeKind.CAPTURED:
            return PaymentNews.RETURNED
        case OutcomeKind.REQUIRES_ACTION:
            return PaymentNews.REQUIRES_ACTION
        case _:
            return PaymentNews.IN_PROGRESS


def decide(  # noqa: C901, PLR0911, PLR0912 - a table: one case, one row
    status: CheckoutStatus, payment: PaymentFacts, *, missing: bool
) -> Decision:
    """Return what a checkout does about the news of one of its payments.

    `missing` tells that the checkout lacks a detail. The rows are read from the top; the first
    that fits counts. Because every row can be reached again by the same news, it does not
    matter how often, or by whom (buyer, webhook, recovery job), the news is brought.
    """
    match status, payment.news:
        case _ if payment.has_order:
            return AlreadyDone()
        case CheckoutStatus.COMPLETED, PaymentNews.REFUSED | PaymentNews.RETURNED:
            return AlreadyDone()
        case CheckoutStatus.COMPLETED, _:
            return ReturnMoney("paid_twice")
        case CheckoutStatus.CANCELED, PaymentNews.PAID | PaymentNews.PAID_IN_PART:
            return ReturnMoney("checkout_canceled")
        case CheckoutStatus.DRAFT, PaymentNews.PAID | PaymentNews.PAID_IN_PART:
            return ReturnMoney("checkout_changed")
        case _, PaymentNews.PAID | PaymentNews.PAID_IN_PART if missing or not payment.covers_total:
            return ReturnMoney("checkout_changed")
        case _, PaymentNews.PAID_IN_PART:
            return ReturnMoney("paid_in_part")
        case CheckoutStatus.EXPIRED, PaymentNews.PAID if payment.given_up:
            return ReturnMoney("abandoned")
        case _, PaymentNews.PAID if payment.given_up:
            return ReturnMoney("paid_otherwise")
        case _, PaymentNews.PAID:
            return PlaceOrder()
        case _ if status not in PAYING or not payment.in_progress:
            return AlreadyDone()
        case _, PaymentNews.REQUIRES_ACTION:
            return Wait(CheckoutStatus.REQUIRES_ACTION)
        case _, PaymentNews.IN_PROGRESS:
            return Wait(CheckoutStatus.COMPLETING)
        case _:
            return Reopen()


class Details(TypedDict, total=False):
    """The details that a buyer sets; what is absent stays as it is, None clears it."""

    email: str | None
    shipping_address: Address | None
    billing_address: Address | None
    shipping_method: str | None
    buyer: BuyerChanges | None
    vat_number: str | None
    language: str | None


# What the setting calls it (empty: always needed), what lacks, and how the buyer is told.
_REQUIRED = (
    ("email", "email", "email_required", "An e-mail address is needed for the confirmation."),
    ("name", "buyer/first_name", "name_required", "A name is needed."),
    ("phone", "buyer/phone", "phone_required", "A phone number is needed."),
    ("address", "shipping_address", "shipping_address_required", "A shipping address is needed."),
    ("", "shipping_method", "shipping_method_required", "Choose one of the shipping methods."),
)


def missing_details(
    values: Mapping[str, object], *, needed: Collection[str], delivery: Delivery
) -> list[Message]:
    """Return a message for each detail that completion needs and `values` lacks.

    `values` are by pointer, without the slash it begins with; `needed` is what the shop's setting
    names. Where it names the address, that has the name: who has not given one yet is not asked
    for both, and neither is who needs none.

    What is picked up needs no shipping address; what does not ship, no shipping method either.
    """
    ships_to_address = delivery.required and not delivery.pickup
    if "address" in needed and not (ships_to_address and values.get("shipping_address")):
        needed = {*needed} - {"name"}
    messages = []
    for requirement, name, code, detail in _REQUIRED:
        if values.get(name) or (requirement and requirement not in needed):
            continue
        if name == "shipping_method":
            without = delivery.without_method(Message(code, f"/{name}", detail))
            messages += without if delivery.required else []
        elif name != "shipping_address" or ships_to_address:
            messages.append(Message(code, f"/{name}", detail))
    return messages


def current_status(
    stored: CheckoutStatus, reservation_expires_at: datetime, now: datetime
) -> CheckoutStatus:
    """Return the status at `now`: an editable checkout ends with its reservation."""
    if stored in EDITABLE and reservation_expires_at <= now:
        return CheckoutStatus.EXPIRED
    return stored


def require_editable(status: CheckoutStatus) -> None:
    """Raise the refusal that says why its buyer cannot change a checkout, if they cannot."""
    match status:
        case CheckoutStatus.DRAFT:
            raise CheckoutNotFound
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
    """Raise `TotalTooHigh` for more minor units than any amount may have."""
    if total > MAX_AMOUNT:
        raise TotalTooHigh


def require_total(actual: Money, expected: Money | None) -> None:
    """Raise `TotalChanged` or `ExpectedTotalCurrencyMismatch` unless it is as expected."""
    if expected is None or expected == actual:
        return
    if expected.currency != actual.currency:
        mismatch = ExpectedTotalCurrencyMismatch(currency=actual.currency)
        raise mismatch.at("/expected_total/currency")
    raise total_changed(actual)


def total_changed(actual: Money) -> TotalChanged:
    """Return the refusal that says what the total is now."""
    return TotalChanged(total=money_body(actual.amount, actual.currency))

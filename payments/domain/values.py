"""The words of payments: states, outcomes, and what the rules read of a payment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from core.states import Status

MAX_REFERENCE_LENGTH = 255
MAX_CODE_LENGTH = 100


class PaymentStatus(Status):
    """How far a payment is, in the words of the HTTP contract."""

    PENDING = "pending"
    AUTHORIZED = "authorized"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    VOIDED = "voided"
    FAILED = "failed"


class Capture(StrEnum):
    """When authorized money is captured."""

    AUTOMATIC = "automatic"  # the provider captures as it authorizes, in one call
    MANUAL = "manual"  # captured later, once; the rest of the authorization is released
    OFFLINE = "offline"  # no provider is called; staff record what arrives, in any number of parts


class OutcomeKind(StrEnum):
    """What the provider said of a payment: in response to a call or a lookup, or in an event."""

    UNKNOWN = "unknown"  # the call may or may not have reached the provider
    REQUIRES_ACTION = "requires_action"
    PENDING = "pending"
    DECLINED = "declined"
    AUTHORIZED = "authorized"
    VOIDED = "voided"
    CAPTURED = "captured"
    REFUNDED = "refunded"  # only `refunds` says something; nothing about the capture


class RefundStatus(StrEnum):
    """How far a refund is at the provider."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class LedgerKind(StrEnum):
    """How money moved or was promised: the kind of a ledger entry."""

    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    VOIDED = "voided"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"  # reverses a `refunded`: the money came back to us


class OperationKind(StrEnum):
    """What a provider can be asked to do with a payment that it knows."""

    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"


class OperationStatus(StrEnum):
    """How far an operation is."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RefundFact:
    """A refund as the provider reports it; `amount` in minor units.

    `operation_id` is set when we requested the refund.
    """

    reference: str
    amount: int
    status: RefundStatus = RefundStatus.SUCCEEDED
    operation_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a provider says of one payment.

    `amount`, in minor units, is what was authorized, or captured, according to `kind`.
    `action` tells the storefront what the buyer must do: `{"type", "url" or "client_secret"}`.
    `detail` is for staff and logs, never for buyers.
    """

    kind: OutcomeKind
    reference: str | None = None
    amount: int | None = None
    currency: str | None = None
    decline_code: str = ""
    action: Mapping[str, str] | None = None
    refunds: tuple[RefundFact, ...] = ()
    detail: str = ""


class PaymentRecord(Protocol):
    """What the rules and the providers read of a payment; amounts in minor units of `currency`.

    `step` is the furthest that the provider has told us, None before it was asked.
    `refunding` is requested but not confirmed yet. `waived` is the part of `amount` that is not
    expected any more since the order was edited.
    """

    id: UUID
    checkout_id: UUID
    order_id: UUID | None
    provider: str
    capture: str
    token: str
    amount: int
    currency: str
    status: str
    step: str | None
    reference: str | None
    action: Any
    decline_code: str
    authorized: int
    captured: int
    voided: int
    refunded: int
    refunding: int
    waived: int
    created_at: datetime


class OperationRecord(Protocol):
    """What the rules and the providers read of a capture, void or refund.

    Its id is the idempotency key of its call; `amount` is in minor units.
    """

    id: UUID
    payment_id: UUID
    kind: str
    status: str
    amount: int
    reference: str | None


def amount_expected(payment: PaymentRecord) -> int:
    """Return the minor units that the payment is to bring: its amount less what was waived."""
    return payment.amount - payment.waived


def amount_refundable(payment: PaymentRecord) -> int:
    """Return the minor units that could still be refunded."""
    return payment.captured - payment.refunded - payment.refunding


def amount_due(payment: PaymentRecord) -> int:
    """Return the minor units that could still be captured.

    Of money that staff record, what is owed is the amount less what is kept: a part that was
    given back can be recorded again, until the rest is no longer expected.
    """
    given_back = 0
    if payment.capture == Capture.OFFLINE and not payment.voided:
        given_back = payment.refunded
    expected = amount_expected(payment)
    return expected - payment.captured - payment.voided + given_back


def amount_capturable(payment: PaymentRecord) -> int:
    """Return the minor units that staff can capture or record now.

    Money is recorded as long as it is expected; a provider is asked for what it authorized.
    """
    due = amount_due(payment)
    if payment.capture == Capture.OFFLINE:
        return due if due > 0 and payment.step != OutcomeKind.VOIDED else 0
    return due if payment.step == OutcomeKind.AUTHORIZED else 0


def holds_money(payment: PaymentRecord) -> bool:
    """Tell whether the buyer's money is captured or authorized, and not on its way back."""
    return amount_refundable(payment) > 0 or payment.authorized > payment.captured + payment.voided


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """A webhook event whose signature was verified.

    `payment_id` and `outcome` are None for events that say nothing about a payment of ours.
    """

    provider: str
    event_id: str
    kind: str
    payment_id: UUID | None = None
    outcome: Outcome | None = None


def is_storable(event: ProviderEvent) -> bool:
    """Tell whether everything that a provider wrote fits the columns that keep it.

    A signature proves who sent an event, not that its ids are of any particular form.
    """
    outcome = event.outcome or Outcome(OutcomeKind.UNKNOWN)
    references = [event.event_id, *(fact.reference for fact in outcome.refunds)]
    if outcome.reference is not None:
        references.append(outcome.reference)
    codes = [event.kind, outcome.decline_code]
    action = (outcome.action or {}).values()
    return (
        all(0 < len(text) <= MAX_REFERENCE_LENGTH for text in references)
        and all(len(text) <= MAX_CODE_LENGTH for text in codes)
        and all(text.isprintable() for text in (*references, *codes, *action))
    )

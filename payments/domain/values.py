"""What a payment is at one moment, and what a provider can say about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class PaymentStatus(StrEnum):
    """Where a payment stands, in the words of the HTTP contract."""

    PENDING = "pending"
    AUTHORIZED = "authorized"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    VOIDED = "voided"
    FAILED = "failed"

    @property
    def label(self) -> str:
        """For people."""
        return self.value.replace("_", " ").capitalize()


class Capture(StrEnum):
    """When authorized money becomes ours."""

    AUTOMATIC = "automatic"  # the provider captures as it authorizes, in one call
    MANUAL = "manual"  # we capture later, once; what is not captured is released
    OFFLINE = "offline"  # no provider is called; staff record what arrives, in any number of parts


class OutcomeKind(StrEnum):
    """What is known of a payment after a call, a look-up or an event."""

    UNKNOWN = "unknown"  # the call may or may not have reached the provider
    REQUIRES_ACTION = "requires_action"
    PENDING = "pending"
    DECLINED = "declined"
    AUTHORIZED = "authorized"
    VOIDED = "voided"
    CAPTURED = "captured"
    REFUNDED = "refunded"  # only `refunds` says something; nothing about the capture


class RefundStatus(StrEnum):
    """Where a refund stands at the provider."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class LedgerKind(StrEnum):
    """How money moved, or was promised."""

    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    VOIDED = "voided"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"  # takes back a `refunded`: the money came home again


class OperationKind(StrEnum):
    """What can be asked of a provider about a payment that it knows."""

    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"


class OperationStatus(StrEnum):
    """Where an operation stands."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RefundFact:
    """A refund as the provider tells it; `amount` in minor units.

    `operation_id` is ours, when the refund was asked for by us.
    """

    reference: str
    amount: int
    status: RefundStatus = RefundStatus.SUCCEEDED
    operation_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a provider says about one payment.

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


@dataclass(frozen=True, slots=True)
class PaymentState:
    """A payment as it was read; amounts in minor units of `currency`.

    `step` is the furthest that the provider has told us, None before it was asked.
    `refunding` is asked for but not confirmed yet.
    """

    id: UUID
    checkout_id: UUID
    order_id: UUID | None
    provider: str
    capture: Capture
    token: str
    amount: int
    currency: str
    status: PaymentStatus
    step: OutcomeKind | None
    reference: str | None
    action: Mapping[str, str] | None
    decline_code: str
    authorized: int
    captured: int
    voided: int
    refunded: int
    refunding: int
    created_at: datetime

    @property
    def refundable(self) -> int:
        """What could still be given back, in minor units."""
        return self.captured - self.refunded - self.refunding

    @property
    def due(self) -> int:
        """What has not been captured yet and could be, in minor units."""
        return self.amount - self.captured - self.voided

    @property
    def holds_money(self) -> bool:
        """Whether the buyer's money is captured, or held, and not on its way back."""
        return self.refundable > 0 or self.authorized > self.captured + self.voided


@dataclass(frozen=True, slots=True)
class OperationState:
    """A capture, void or refund as it was read; its id is the idempotency key of its call."""

    id: UUID
    payment_id: UUID
    kind: OperationKind
    status: OperationStatus
    amount: int
    reference: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """A webhook event whose signature is good.

    `payment_id` and `outcome` are None for events that say nothing about a payment of ours.
    """

    provider: str
    event_id: str
    kind: str
    payment_id: UUID | None = None
    outcome: Outcome | None = None

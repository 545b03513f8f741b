"""What CongoCart requires of a payment provider."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from payments.domain import OperationRecord, Outcome, PaymentRecord, ProviderEvent


class Provider(Protocol):
    """A service that moves money on request.

    Every call carries an idempotency key of ours, the id of the payment or of
    the operation, so that repeating it moves no money again. A call that fails
    in a way that leaves the effect open returns `OutcomeKind.UNKNOWN`; it
    never raises for that. Calls take a bounded time.
    """

    name: str
    # Whether calls go over the network: no database connection is kept meanwhile.
    networked: bool
    # Whether money is recorded by staff rather than moved by calls.
    offline: bool

    def check_token(self, token: str) -> None:
        """Raise `InvalidPaymentToken` unless `token` has the form of this provider's tokens."""

    def check_amount(self, amount: int, currency: str) -> None:
        """Raise `AmountNotPayable` for minor units that this provider cannot move."""

    def authorize(self, payment: PaymentRecord) -> Outcome:
        """Request `payment.amount`, and capture it at once if `payment.capture` says so."""

    def capture(self, payment: PaymentRecord, operation: OperationRecord) -> Outcome:
        """Capture `operation.amount`; the rest of the authorization is released."""

    def void(self, payment: PaymentRecord, operation: OperationRecord) -> Outcome:
        """Release what is authorized, or make sure that nothing will be."""

    def refund(self, payment: PaymentRecord, operation: OperationRecord) -> Outcome:
        """Refund `operation.amount` of what was captured."""

    def find(self, payment: PaymentRecord) -> Outcome | None:
        """Return what the provider knows of `payment`, refunds included, or None."""

    def parse_webhook(
        self, *, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> ProviderEvent:
        """Verify and read a signed event; header names may be in any case.

        Raises `WebhookSignatureInvalid`, `WebhookStale` or `WebhookMalformed`.
        """

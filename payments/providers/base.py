"""What CongoCart needs of a payment provider."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from payments.domain import OperationRecord, Outcome, PaymentRecord, ProviderEvent


class Provider(Protocol):
    """Somebody who moves money when asked.

    Every call carries an idempotency key of ours, the id of the payment or of
    the operation, so that repeating it moves no money again. A call that fails
    in a way that leaves the effect open answers `OutcomeKind.UNKNOWN`; it
    never raises for that. Calls take a bounded time.
    """

    name: str
    # Whether calls go over the network: no database connection is kept meanwhile.
    networked: bool
    # Whether money is recorded by staff rather than moved by calls.
    offline: bool

    def check_token(self, token: str) -> None:
        """Raises `InvalidPaymentToken` unless `token` has the shape of this provider's."""

    def check_amount(self, amount: int, currency: str) -> None:
        """Raises `AmountNotPayable` for minor units that this provider cannot move."""

    def authorize(self, payment: PaymentRecord) -> Outcome:
        """Asks for `payment.amount`, and captures it at once if `payment.capture` says so."""

    def capture(self, payment: PaymentRecord, operation: OperationRecord) -> Outcome:
        """Captures `operation.amount`; what is left of the authorization is released."""

    def void(self, payment: PaymentRecord, operation: OperationRecord) -> Outcome:
        """Lets go of what is authorized, or makes sure that nothing will be."""

    def refund(self, payment: PaymentRecord, operation: OperationRecord) -> Outcome:
        """Gives back `operation.amount` of what was captured."""

    def find(self, payment: PaymentRecord) -> Outcome | None:
        """What the provider knows of `payment`, refunds included; None when it knows nothing."""

    def parse_webhook(
        self, *, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> ProviderEvent:
        """Reads a signed event; header names in any case.

        Raises `WebhookSignatureInvalid`, `WebhookStale` or `WebhookMalformed`.
        """

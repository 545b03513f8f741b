"""`manual`: an invoice, cash on delivery. No service is called; staff record what arrives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from payments.domain import (
    InvalidPaymentToken,
    OperationRecord,
    Outcome,
    OutcomeKind,
    PaymentRecord,
    ProviderEvent,
    RefundFact,
    WebhookSignatureInvalid,
)


class ManualProvider:
    """A payment that stays pending until staff record the money."""

    name = "manual"
    networked = False
    offline = True

    def check_token(self, token: str) -> None:
        """Refuse any token: there is nothing to hand over."""
        if token:
            raise InvalidPaymentToken("A manual payment takes no token.")

    def check_amount(self, amount: int, currency: str) -> None:
        """Accept every amount."""

    def authorize(self, payment: PaymentRecord) -> Outcome:
        """Leave the payment pending: the order may be placed, the money is still due."""
        return Outcome(OutcomeKind.PENDING)

    def capture(self, payment: PaymentRecord, operation: OperationRecord) -> Outcome:
        """Record that the money, or a part of it, has arrived."""
        return Outcome(OutcomeKind.CAPTURED, reference=str(operation.id), amount=operation.amount)

    def void(self, payment: PaymentRecord, operation: OperationRecord) -> Outcome:
        """Record that the money is no longer expected."""
        return Outcome(OutcomeKind.VOIDED)

    def refund(self, payment: PaymentRecord, operation: OperationRecord) -> Outcome:
        """Record that staff have given the money back."""
        fact = RefundFact(str(operation.id), operation.amount, operation_id=operation.id)
        return Outcome(OutcomeKind.REFUNDED, refunds=(fact,))

    def find(self, payment: PaymentRecord) -> Outcome | None:
        """Return what we have recorded: nobody else knows of the payment."""
        return Outcome(OutcomeKind(payment.step or OutcomeKind.PENDING), amount=0)

    def parse_webhook(
        self, *, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> ProviderEvent:
        """Refuse every event: there is no service that would send one."""
        raise WebhookSignatureInvalid

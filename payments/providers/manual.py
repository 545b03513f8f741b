"""`manual`: an invoice, cash on delivery. Nobody is called; staff record what arrives."""

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
    """The payment stays pending until somebody records the money."""

    name = "manual"
    networked = False
    offline = True

    def check_token(self, token: str) -> None:
        """There is nothing to hand over."""
        if token:
            raise InvalidPaymentToken("A manual payment takes no token.")

    def check_amount(self, amount: int, currency: str) -> None:
        """Whatever people can count."""

    def authorize(self, payment: PaymentRecord) -> Outcome:
        """The order may be placed; the money is still due."""
        return Outcome(OutcomeKind.PENDING)

    def capture(self, payment: PaymentRecord, operation: OperationRecord) -> Outcome:
        """The money, or a part of it, has arrived."""
        return Outcome(OutcomeKind.CAPTURED, reference=str(operation.id), amount=operation.amount)

    def void(self, payment: PaymentRecord, operation: OperationRecord) -> Outcome:
        """The money is no longer expected."""
        return Outcome(OutcomeKind.VOIDED)

    def refund(self, payment: PaymentRecord, operation: OperationRecord) -> Outcome:
        """Staff have given the money back."""
        fact = RefundFact(str(operation.id), operation.amount, operation_id=operation.id)
        return Outcome(OutcomeKind.REFUNDED, refunds=(fact,))

    def find(self, payment: PaymentRecord) -> Outcome | None:
        """Our own books are all there is."""
        return Outcome(OutcomeKind(payment.step or OutcomeKind.PENDING), amount=0)

    def parse_webhook(
        self, *, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> ProviderEvent:
        """Nobody sends any."""
        raise WebhookSignatureInvalid

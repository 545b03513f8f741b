"""`test`: payments that move no money, for trying the shop out. Never available in production.

It keeps no state: what it knows of a payment is a function of the payment's
token and id, so that it does the same in every process and after any crash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from payments.domain import (
    Capture,
    InvalidPaymentToken,
    OperationRecord,
    Outcome,
    OutcomeKind,
    PaymentRecord,
    ProviderEvent,
    RefundFact,
    WebhookMalformed,
)
from payments.providers.signatures import verify

SUCCESS = "tok_success"
DECLINE = "tok_decline"
REQUIRES_ACTION = "tok_requires_action"
TIMEOUT = "tok_timeout"
TOKENS = frozenset({SUCCESS, DECLINE, REQUIRES_ACTION, TIMEOUT})

SIGNATURE_HEADER = "test-signature"
# Where the buyer of a payment that requires an action decides about it.
PAGE = "/dev/payments"
_EVENTS = {
    "payment.authorized": OutcomeKind.AUTHORIZED,
    "payment.captured": OutcomeKind.CAPTURED,
    "payment.declined": OutcomeKind.DECLINED,
    "payment.voided": OutcomeKind.VOIDED,
    "payment.refunded": OutcomeKind.REFUNDED,
}


class TestProvider:
    """A provider that does what the token says."""

    __test__ = False  # a class of the shop, whatever its name says to pytest

    name = "test"
    networked = False
    offline = False

    def __init__(self, *, webhook_secret: str, tolerance: timedelta, host: str) -> None:
        """`webhook_secret` signs events as in `payments.providers.signatures`.

        `host` is the URL of this shop, which has the page of the provider.
        """
        self._secret = webhook_secret
        self._tolerance = tolerance
        self._host = host

    def check_token(self, token: str) -> None:
        """Accept one of `TOKENS`."""
        if token not in TOKENS:
            raise InvalidPaymentToken(f"Use one of {', '.join(sorted(TOKENS))}.")

    def check_amount(self, amount: int, currency: str) -> None:
        """Accept every amount."""

    def authorize(self, payment: PaymentRecord) -> Outcome:
        """Do what the token says; `tok_timeout` moves the money and loses the response."""
        if payment.token == TIMEOUT:
            return Outcome(OutcomeKind.UNKNOWN, detail="timed out")
        return self._truth(payment)

    def capture(self, payment: PaymentRecord, operation: OperationRecord) -> Outcome:
        """Capture; this always succeeds."""
        return replace(_said(payment, OutcomeKind.CAPTURED), amount=operation.amount)

    def void(self, payment: PaymentRecord, operation: OperationRecord) -> Outcome:
        """Void; this always succeeds."""
        return _said(payment, OutcomeKind.VOIDED)

    def refund(self, payment: PaymentRecord, operation: OperationRecord) -> Outcome:
        """Refund; this always succeeds."""
        reference = f"test_refund_{operation.id}"
        fact = RefundFact(reference, operation.amount, operation_id=operation.id)
        return replace(_said(payment, OutcomeKind.REFUNDED), refunds=(fact,))

    def find(self, payment: PaymentRecord) -> Outcome | None:
        """Return what authorizing returned, or would have returned without the time-out."""
        return self._truth(payment)

    def parse_webhook(
        self, *, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> ProviderEvent:
        """Read `{"id", "type", "payment_id", "amount"?, "currency"?, "refund"?, "decline_code"?}`.

        `type` is such as `payment.captured`.
        """
        signature = {name.lower(): value for name, value in headers.items()}
        header = signature.get(SIGNATURE_HEADER, "")
        verify(body=body, header=header, secret=self._secret, now=now, tolerance=self._tolerance)
        try:
            return _event(orjson.loads(body))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise WebhookMalformed from error

    def _truth(self, payment: PaymentRecord) -> Outcome:
        if payment.token == DECLINE:
            return _declined(payment)
        if payment.token == REQUIRES_ACTION:
            action = {"type": "redirect", "url": f"{self._host}{PAGE}/{payment.id}"}
            return replace(_said(payment, OutcomeKind.REQUIRES_ACTION), action=action)
        return _paid(payment)


def decision_on(payment: PaymentRecord, *, pays: bool) -> ProviderEvent:
    """Return the event that tells what the buyer has decided about a payment; each has one id."""
    outcome = _paid(payment) if pays else _declined(payment)
    (kind,) = (name for name, known in _EVENTS.items() if known is outcome.kind)
    return ProviderEvent("test", f"{payment.id}-{kind}", kind, payment.id, outcome)


def _paid(payment: PaymentRecord) -> Outcome:
    automatic = payment.capture == Capture.AUTOMATIC
    return _said(payment, OutcomeKind.CAPTURED if automatic else OutcomeKind.AUTHORIZED)


def _declined(payment: PaymentRecord) -> Outcome:
    return replace(_said(payment, OutcomeKind.DECLINED), decline_code="card_declined")


def _said(payment: PaymentRecord, kind: OutcomeKind) -> Outcome:
    return Outcome(
        kind,
        reference=f"test_{payment.id}",
        amount=payment.amount,
        currency=payment.currency,
    )


def _event(event: dict[str, Any]) -> ProviderEvent:
    payment_id = UUID(event["payment_id"])
    refund = event.get("refund")
    facts = (RefundFact(str(refund["id"]), int(refund["amount"])),) if refund else ()
    outcome = Outcome(
        _EVENTS[event["type"]],
        reference=f"test_{payment_id}",
        amount=int(event["amount"]) if "amount" in event else None,
        currency=str(event["currency"]) if "currency" in event else None,
        decline_code=str(event.get("decline_code", "")),
        refunds=facts,
    )
    return ProviderEvent("test", str(event["id"]), event["type"], payment_id, outcome)

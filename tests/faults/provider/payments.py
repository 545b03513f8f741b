"""What the provider does with money: PaymentIntents and Refunds as Stripe's reference tells."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from typing import Any

from tests.faults.provider.ledger import Ledger, Reply
from tests.faults.provider.misbehavior import Faults

SUCCEEDS = {"pm_card_visa", "pm_card_mastercard", "pm_card_refundFail", "pm_card_pendingRefund"}
DECLINES = {
    "pm_card_visa_chargeDeclined": "generic_decline",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "insufficient_funds",
    "pm_card_visa_chargeDeclinedLostCard": "lost_card",
}
AUTHENTICATES = {"pm_card_threeDSecure2Required", "pm_card_authenticationRequired"}


class Refusal(Exception):
    """A 4xx response."""

    def __init__(self, status: int, **error: Any) -> None:
        super().__init__(error)
        self.response: Reply = (status, {"error": error})


class Payments:
    """Every method runs inside the ledger's transaction and answers with status and body."""

    def __init__(self, ledger: Ledger, faults: Faults) -> None:
        self.ledger = ledger
        self.faults = faults

    def create(self, params: Mapping[str, str]) -> Reply:
        """`POST /v1/payment_intents`."""
        card = params.get("payment_method", "")
        if card not in SUCCEEDS | set(DECLINES) | AUTHENTICATES:
            raise _invalid("resource_missing", "No such PaymentMethod", param="payment_method")
        amount = int(params.get("amount", "0"))
        if amount < 1:
            raise _invalid("parameter_invalid_integer", "Invalid positive integer", param="amount")
        intent_id = _new("pi")
        intent = {
            "id": intent_id,
            "object": "payment_intent",
            "created": int(time.time()),
            "amount": amount,
            "amount_received": 0,
            "amount_capturable": 0,
            "currency": params["currency"],
            "capture_method": params.get("capture_method", "automatic_async"),
            "payment_method": card,
            "client_secret": f"{intent_id}_secret_{secrets.token_hex(8)}",
            "metadata": _metadata(params),
            "last_payment_error": None,
            "next_action": None,
            "latest_charge": None,
            "status": "requires_confirmation",
        }
        if params.get("confirm") != "true":
            return self._saved(intent)
        if card in AUTHENTICATES:
            intent |= {"status": "requires_action", "next_action": {"type": "use_stripe_sdk"}}
            return self._saved(intent, "payment_intent.requires_action")
        return self._charged(intent)

    def authenticate(self, intent_id: str, *, succeeds: bool) -> Reply:
        """The buyer passes, or fails, what the bank asks of them."""
        intent = self._intent(intent_id)
        if intent["status"] != "requires_action":
            raise _unexpected(intent)
        intent["next_action"] = None
        if succeeds:
            return self._charged(intent)
        error = {"type": "invalid_request_error", "code": "payment_intent_authentication_failure"}
        intent |= {"status": "requires_payment_method", "last_payment_error": error}
        return self._saved(intent, "payment_intent.payment_failed")

    def capture(self, intent_id: str, params: Mapping[str, str]) -> Reply:
        """`POST /v1/payment_intents/{id}/capture`."""
        intent = self._intent(intent_id)
        if intent["status"] != "requires_capture":
            raise _unexpected(intent)
        amount = int(params.get("amount_to_capture", intent["amount"]))
        if not 0 < amount <= intent["amount"]:
            raise _invalid("amount_too_large", "More than authorized", param="amount_to_capture")
        intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
        return self._saved(intent, "payment_intent.succeeded")

    def cancel(self, intent_id: str) -> Reply:
        """`POST /v1/payment_intents/{id}/cancel`."""
        intent = self._intent(intent_id)
        if intent["status"] in {"succeeded", "canceled", "processing"}:
            raise _unexpected(intent)
        intent |= {"status": "canceled", "amount_capturable": 0, "next_action": None}
        return self._saved(intent, "payment_intent.canceled")

    def retrieve(self, intent_id: str) -> Reply:
        """`GET /v1/payment_intents/{id}`."""
        return 200, self._intent(intent_id)

    def refund(self, params: Mapping[str, str]) -> Reply:
        """`POST /v1/refunds`."""
        intent = self._intent(params["payment_intent"])
        left = intent["amount_received"] - self._refunded(intent["id"])
        amount = int(params.get("amount", left))
        if left <= 0:
            raise _invalid("charge_already_refunded", "Already refunded")
        if not 0 < amount <= left:
            raise _invalid("amount_too_large", "More than is left", param="amount")
        pending = intent["payment_method"] == "pm_card_pendingRefund"
        return self._saved_refund(
            {
                "id": _new("re"),
                "object": "refund",
                "created": int(time.time()),
                "amount": amount,
                "currency": intent["currency"],
                "payment_intent": intent["id"],
                "metadata": _metadata(params),
                "status": "pending" if pending else "succeeded",
            },
            "refund.created",
        )

    def settle_refund(self, refund_id: str, *, succeeds: bool) -> Reply:
        """The buyer's bank takes the money, or sends it back."""
        refund = self.ledger.get(refund_id) or {}
        refund["status"] = "succeeded" if succeeds else "failed"
        return self._saved_refund(refund, "refund.updated" if succeeds else "refund.failed")

    def _charged(self, intent: dict[str, Any]) -> Reply:
        unlucky = self.faults.strikes("declined", of=str(intent["metadata"]))
        reason = DECLINES.get(intent["payment_method"], "generic_decline" if unlucky else "")
        intent["latest_charge"] = _new("ch")
        if reason:
            return self._declined(intent, reason)
        if intent["capture_method"] == "manual":
            intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
            return self._saved(intent, "payment_intent.amount_capturable_updated")
        intent |= {"status": "succeeded", "amount_received": intent["amount"]}
        return self._saved(intent, "payment_intent.succeeded")

    def _declined(self, intent: dict[str, Any], reason: str) -> Reply:
        error = {
            "type": "card_error",
            "code": "card_declined",
            "decline_code": reason,
            "message": "Your card was declined.",
        }
        intent |= {"status": "requires_payment_method", "last_payment_error": error}
        self._saved(intent, "payment_intent.payment_failed")
        return 402, {"error": error | {"payment_intent": intent}}

    def _intent(self, intent_id: str) -> dict[str, Any]:
        intent = self.ledger.get(intent_id)
        if intent is None or intent["object"] != "payment_intent":
            raise Refusal(
                404, type="invalid_request_error", code="resource_missing", param="intent"
            )
        return intent

    def _refunded(self, intent_id: str) -> int:
        refunds = self.ledger.every("refund", parent=intent_id)
        return sum(refund["amount"] for refund in refunds if refund["status"] != "failed")

    def _saved(self, intent: dict[str, Any], event: str | None = None) -> Reply:
        self.ledger.put(intent)
        if event:
            self._announce(event, intent)
        return 200, intent

    def _saved_refund(self, refund: dict[str, Any], event: str) -> Reply:
        self.ledger.put(refund, parent=refund["payment_intent"])
        self._announce(event, refund)
        return 200, refund

    def _announce(self, kind: str, thing: dict[str, Any]) -> None:
        event = {
            "id": _new("evt"),
            "object": "event",
            "type": kind,
            "created": int(time.time()),
            "data": {"object": dict(thing)},
        }
        self.ledger.put(event)
        name = f"{kind}/{thing['metadata']}"
        for delay in self.faults.deliveries(name):
            self.ledger.deliver(event["id"], after=delay)


def _new(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"


def _metadata(params: Mapping[str, str]) -> dict[str, str]:
    named = "metadata["
    return {
        name[len(named) : -1]: value for name, value in params.items() if name.startswith(named)
    }


def _invalid(code: str, message: str, **more: str) -> Refusal:
    return Refusal(400, type="invalid_request_error", code=code, message=message, **more)


def _unexpected(intent: Mapping[str, Any]) -> Refusal:
    return _invalid("payment_intent_unexpected_state", f"It is {intent['status']}.")

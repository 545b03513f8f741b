"""Stripe's objects in our terms. Takes their JSON, so that calls and events agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from payments.domain import Outcome, OutcomeKind, ProviderEvent, RefundFact, RefundStatus
from payments.providers.stripe.amounts import from_stripe

_KINDS = {
    "requires_payment_method": OutcomeKind.DECLINED,
    "requires_confirmation": OutcomeKind.PENDING,
    "requires_action": OutcomeKind.REQUIRES_ACTION,
    "processing": OutcomeKind.PENDING,
    "requires_capture": OutcomeKind.AUTHORIZED,
    "succeeded": OutcomeKind.CAPTURED,
    "canceled": OutcomeKind.VOIDED,
}
_REFUNDS = {
    "succeeded": RefundStatus.SUCCEEDED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.FAILED,
}


def outcome_of(intent: Mapping[str, Any], refunds: Iterable[Mapping[str, Any]] = ()) -> Outcome:
    """Return what a PaymentIntent and its refunds say of a payment."""
    kind = _KINDS.get(intent["status"], OutcomeKind.UNKNOWN)
    currency = str(intent["currency"]).upper()
    error = intent.get("last_payment_error") or {}
    declined = kind is OutcomeKind.DECLINED
    amount = "amount_received" if kind is OutcomeKind.CAPTURED else "amount"
    return Outcome(
        kind,
        reference=str(intent["id"]),
        amount=from_stripe(int(intent[amount]), currency),
        currency=currency,
        decline_code=decline_code(error) if declined else "",
        action=_action(intent) if kind is OutcomeKind.REQUIRES_ACTION else None,
        refunds=tuple(_fact(refund, currency) for refund in refunds),
        detail=str(error.get("message") or "") if declined else "",
    )


def decline_code(error: Mapping[str, Any]) -> str:
    """Return the most specific reason that Stripe gives."""
    return str(error.get("decline_code") or error.get("code") or "declined")


def event_from(event: Mapping[str, Any]) -> ProviderEvent:
    """Read an event about a PaymentIntent or a Refund; others have no outcome.

    Raises `KeyError`, `TypeError` or `ValueError` for what is no event.
    """
    kind = str(event["type"])
    about_intent = kind.startswith("payment_intent.") and kind != "payment_intent.created"
    if not about_intent and not kind.startswith("refund."):
        return ProviderEvent("stripe", str(event["id"]), kind)  # thin events have no object at all
    thing, outcome = event["data"]["object"], None
    if about_intent:
        outcome = outcome_of(thing)
    elif thing.get("payment_intent"):
        currency = str(thing["currency"]).upper()
        outcome = Outcome(
            OutcomeKind.REFUNDED,
            reference=str(thing["payment_intent"]),
            currency=currency,
            refunds=(_fact(thing, currency),),
        )
    payment_id = _uuid(thing, "payment_id") if outcome else None
    return ProviderEvent("stripe", str(event["id"]), kind, payment_id, outcome)


def _action(intent: Mapping[str, Any]) -> dict[str, str]:
    """Return what the storefront hands to Stripe.js, or where it sends the buyer."""
    todo = intent.get("next_action") or {}
    action = {
        "type": str(todo.get("type", "use_stripe_sdk")),
        "client_secret": str(intent["client_secret"]),
    }
    if redirect := todo.get("redirect_to_url"):
        action["url"] = str(redirect["url"])
    return action


def _fact(refund: Mapping[str, Any], currency: str) -> RefundFact:
    return RefundFact(
        reference=str(refund["id"]),
        amount=from_stripe(int(refund["amount"]), currency),
        status=_REFUNDS.get(refund["status"], RefundStatus.PENDING),
        operation_id=_uuid(refund, "operation_id"),
    )


def _uuid(thing: Mapping[str, Any], name: str) -> UUID | None:
    with suppress(ValueError):
        return UUID((thing.get("metadata") or {}).get(name, ""))
    return None

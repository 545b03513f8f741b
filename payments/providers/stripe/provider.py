"""The calls to Stripe. Each is bounded in time and carries an idempotency key of ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson
import stripe
import structlog

from payments.domain import (
    PROVIDER_UNAVAILABLE,
    AmountNotPayable,
    Capture,
    InvalidPaymentToken,
    OperationRecord,
    Outcome,
    OutcomeKind,
    OutcomeMismatch,
    PaymentRecord,
    ProviderEvent,
    WebhookMalformed,
)
from payments.providers.signatures import verify
from payments.providers.stripe.amounts import step_of, to_stripe
from payments.providers.stripe.reading import decline_code, event_from, outcome_of

log = structlog.get_logger(__name__)

SIGNATURE_HEADER = "stripe-signature"
# A PaymentMethod; a card number, or anything else, never gets as far as a log or a row.
_TOKEN = re.compile(r"pm_[A-Za-z0-9_]{1,200}")
_CONNECT_SECONDS = 3.0
# The clocks of Stripe and ours may differ, and a call may be made late.
_CLOCK_SKEW = timedelta(minutes=1)
_LATEST_CALL = timedelta(minutes=10)

# A rate limit is not among them: it may be the response to the SDK's second try, and say nothing
# of the first, whose response was lost.
_REFUSED = (
    stripe.AuthenticationError,
    stripe.PermissionError,
    stripe.InvalidRequestError,
)


class StripeProvider:
    """Stripe, or what speaks its API at `api_base`."""

    name = "stripe"
    networked = True
    offline = False

    def __init__(
        self,
        *,
        secret_key: str,
        webhook_secret: str,
        tolerance: timedelta,
        timeout: float,
        api_base: str = "",
    ) -> None:
        """`timeout` is how many seconds a response may take; a call is tried twice."""
        self._webhook_secret = webhook_secret
        self._tolerance = tolerance
        self._client = stripe.StripeClient(
            secret_key,
            base_addresses={"api": api_base} if api_base else {},
            max_network_retries=1,
            http_client=stripe.RequestsClient(timeout=(_CONNECT_SECONDS, timeout)),
        )

    def check_token(self, token: str) -> None:
        """Accept the id of a PaymentMethod, as Stripe.js makes them."""
        if not _TOKEN.fullmatch(token):
            raise InvalidPaymentToken("Send the id of a Stripe PaymentMethod (`pm_...`).")

    def check_amount(self, amount: int, currency: str) -> None:
        """Accept what Stripe's unit can express: it may be coarser than the currency's."""
        step = step_of(currency)
        if amount % step:
            raise AmountNotPayable(multiple_of=step)

    def authorize(self, payment: PaymentRecord) -> Outcome:
        """Create one PaymentIntent for each payment, confirmed as it is created."""
        automatic = payment.capture == Capture.AUTOMATIC
        return _first_response(
            lambda: self._client.v1.payment_intents.create(
                {
                    "amount": to_stripe(payment.amount, payment.currency),
                    "currency": payment.currency.lower(),
                    "payment_method": payment.token,
                    "confirm": True,
                    "capture_method": "automatic" if automatic else "manual",
                    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
                    "metadata": {"payment_id": str(payment.id)},
                },
                {"idempotency_key": str(payment.id)},
            )
        )

    def capture(self, payment: PaymentRecord, operation: OperationRecord) -> Outcome:
        """Capture; where that is impossible or done already, read the intent instead."""
        return _inexpressible(operation, payment) or self._act(
            payment,
            lambda reference: self._client.v1.payment_intents.capture(
                reference,
                {"amount_to_capture": to_stripe(operation.amount, payment.currency)},
                {"idempotency_key": str(operation.id)},
            ),
        )

    def void(self, payment: PaymentRecord, operation: OperationRecord) -> Outcome:
        """Cancel the intent, also one that is waiting for its buyer."""
        return self._act(
            payment,
            lambda reference: self._client.v1.payment_intents.cancel(
                reference, {}, {"idempotency_key": str(operation.id)}
            ),
        )

    def refund(self, payment: PaymentRecord, operation: OperationRecord) -> Outcome:
        """Refund once: look first, because Stripe forgets idempotency keys after a day."""
        if refusal := _inexpressible(operation, payment):
            return refusal
        before = self.find(payment)
        if before is None or before.kind is OutcomeKind.UNKNOWN:
            return before or Outcome(OutcomeKind.UNKNOWN, detail="not found")
        if any(fact.operation_id == operation.id for fact in before.refunds):
            return before
        return self._refund(payment, operation, before.reference or "")

    def _refund(
        self, payment: PaymentRecord, operation: OperationRecord, reference: str
    ) -> Outcome:
        try:
            self._client.v1.refunds.create(
                {
                    "payment_intent": reference,
                    "amount": to_stripe(operation.amount, payment.currency),
                    "metadata": {
                        "payment_id": str(payment.id),
                        "operation_id": str(operation.id),
                    },
                },
                {"idempotency_key": str(operation.id)},
            )
        except stripe.InvalidRequestError as error:
            return Outcome(OutcomeKind.DECLINED, detail=_detail(error))
        except stripe.StripeError as error:
            return _unknown(error)
        return self.find(payment) or Outcome(OutcomeKind.UNKNOWN)

    def find(self, payment: PaymentRecord) -> Outcome | None:
        """Look up by reference, or by our id in the metadata of intents made at the time."""
        try:
            intent = self._intent(payment)
            if intent is None:
                return None
            return outcome_of(intent, self._refunds_of(intent))
        except stripe.StripeError as error:
            return _unknown(error)

    def parse_webhook(
        self, *, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> ProviderEvent:
        """Verify and read an event as Stripe signs it."""
        header = {name.lower(): value for name, value in headers.items()}.get(SIGNATURE_HEADER, "")
        verify(
            body=body,
            header=header,
            secret=self._webhook_secret,
            now=now,
            tolerance=self._tolerance,
        )
        try:
            return event_from(orjson.loads(body))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise WebhookMalformed from error

    def _act(self, payment: PaymentRecord, call: Callable[[str], stripe.PaymentIntent]) -> Outcome:
        if payment.reference is None:
            return Outcome(OutcomeKind.UNKNOWN, detail="no reference")
        try:
            return outcome_of(_json(call(payment.reference)))
        except (stripe.InvalidRequestError, stripe.CardError) as error:
            log.warning("stripe_refused", payment_id=str(payment.id), error=_detail(error))
            return self.find(payment) or _unknown(error)
        except stripe.StripeError as error:
            return _unknown(error)

    def _intent(self, payment: PaymentRecord) -> dict[str, Any] | None:
        if payment.reference:
            return _json(self._client.v1.payment_intents.retrieve(payment.reference))
        made = payment.created_at.timestamp()
        page = self._client.v1.payment_intents.list(
            {
                "created": {
                    "gte": int(made - _CLOCK_SKEW.total_seconds()),
                    "lte": int(made + _LATEST_CALL.total_seconds()),
                },
                "limit": 100,
            }
        )
        for intent in map(_json, page.auto_paging_iter()):
            if intent["metadata"].get("payment_id") == str(payment.id):
                return intent
        return None

    def _refunds_of(self, intent: Mapping[str, Any]) -> list[dict[str, Any]]:
        if intent["status"] != "succeeded":
            return []
        page = self._client.v1.refunds.list({"payment_intent": intent["id"], "limit": 100})
        return [_json(refund) for refund in page.auto_paging_iter()]


def _inexpressible(operation: OperationRecord, payment: PaymentRecord) -> Outcome | None:
    """Return the refusal of an amount that Stripe's unit cannot express, or None."""
    try:
        to_stripe(operation.amount, payment.currency)
    except OutcomeMismatch as error:
        return Outcome(OutcomeKind.DECLINED, detail=error.detail)
    return None


def _first_response(create: Callable[[], stripe.PaymentIntent]) -> Outcome:
    """Tell a refusal of the card from one of our request, and both from not knowing."""
    try:
        return outcome_of(_json(create()))
    except stripe.CardError as error:
        return _declined(error)
    except _REFUSED as error:
        if getattr(error, "param", None) == "payment_method":
            return _declined(error)
        log.exception("stripe_cannot_be_used")
        return Outcome(
            OutcomeKind.DECLINED, decline_code=PROVIDER_UNAVAILABLE, detail=_detail(error)
        )
    except stripe.StripeError as error:
        return _unknown(error)


def _declined(error: stripe.StripeError) -> Outcome:
    problem = _problem(error)
    intent = problem.get("payment_intent") or {}
    return Outcome(
        OutcomeKind.DECLINED,
        reference=intent.get("id"),
        decline_code=decline_code(problem),
        detail=_detail(error),
    )


def _unknown(error: stripe.StripeError) -> Outcome:
    """Map time-outs, lost connections, 5xx, 429, a key in use: it may have happened, or may yet."""
    log.warning("stripe_outcome_unknown", error=_detail(error))
    return Outcome(OutcomeKind.UNKNOWN, detail=_detail(error))


def _problem(error: stripe.StripeError) -> dict[str, Any]:
    body = error.json_body
    return dict(body.get("error") or {}) if isinstance(body, dict) else {}


def _detail(error: stripe.StripeError) -> str:
    return f"{type(error).__name__}: {error.user_message or ''}"


def _json(thing: Any) -> dict[str, Any]:
    return dict(thing.to_dict())

"""What can go wrong with payments."""

from __future__ import annotations

from core.errors import (
    Conflict,
    CongoCartError,
    Invalid,
    NotFound,
    PaymentRequired,
    Unavailable,
)

# The `decline_code` of a payment that could not be requested from the provider at all.
PROVIDER_UNAVAILABLE = "provider_unavailable"
# The `decline_code` of a payment that never reached the provider.
NOT_PROCESSED = "not_processed"


class UnknownProvider(Invalid):
    """This payment provider is not available."""

    code = "unknown_provider"


class InvalidPaymentToken(Invalid):
    """This is not a payment token of that provider."""

    code = "invalid_payment_token"


class AmountNotPayable(Conflict):
    """In this currency the provider only moves multiples of `multiple_of` minor units."""

    code = "amount_not_payable"


class PaymentDeclined(PaymentRequired):
    """The payment was declined; `decline_code` says why."""

    code = "payment_declined"


class ProviderUnavailable(Unavailable):
    """The payment provider cannot be used right now; nothing was charged."""

    code = "payment_provider_unavailable"


class PaymentNotFound(NotFound):
    """There is no such payment."""


class PaymentInProgress(Conflict):
    """A payment for this checkout is already in progress."""

    code = "payment_in_progress"


class OperationInProgress(Conflict):
    """A capture or void of this payment is already in progress."""

    code = "payment_operation_in_progress"


class NothingToCapture(Conflict):
    """This payment has no authorized money left to capture."""

    code = "nothing_to_capture"


class CaptureExceedsDue(Conflict):
    """That is more than is still due; `due` says how much that is."""

    code = "capture_exceeds_due"


class NothingToVoid(Conflict):
    """This payment cannot be voided; what was captured is refunded instead."""

    code = "nothing_to_void"


class RefundExceedsPaid(Conflict):
    """That is more than was paid and not yet refunded; `refundable` says how much is left."""

    code = "refund_exceeds_paid"


class InvalidAmount(Invalid):
    """An amount of money must be more than zero."""

    code = "invalid_amount"


class OutcomeMismatch(Conflict):
    """What the provider says of this payment contradicts our records."""

    code = "payment_mismatch"


class WebhookSignatureInvalid(Invalid):
    """The signature of this webhook is missing or wrong."""

    code = "webhook_signature_invalid"


class WebhookStale(Invalid):
    """This webhook was signed too long ago, or in the future."""

    code = "webhook_stale"


class WebhookMalformed(Invalid):
    """This webhook is signed but cannot be read."""

    code = "webhook_malformed"


def refusal_of(decline_code: str) -> CongoCartError:
    """Return what the buyer is told when a payment was declined, or could not be requested."""
    if decline_code == PROVIDER_UNAVAILABLE:
        return ProviderUnavailable(retry_after=30)
    return PaymentDeclined(decline_code=decline_code or "declined")

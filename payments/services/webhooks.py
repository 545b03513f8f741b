"""Events that providers send: verified and read here, applied by `record_outcome`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from core.db.transactions import transaction_required
from payments.domain import (
    ProviderEvent,
    UnknownProvider,
    WebhookMalformed,
    WebhookSignatureInvalid,
    WebhookStale,
    is_storable,
)
from payments.models import Payment, WebhookEvent
from payments.providers import provider_named

RECEIVE_WEBHOOK_ERRORS = (UnknownProvider, WebhookSignatureInvalid, WebhookStale, WebhookMalformed)


def receive_webhook(
    *, provider: str, headers: Mapping[str, str], body: bytes, now: datetime
) -> ProviderEvent:
    """Verify the signature and read the event; change nothing.

    A provider can only speak of its own payments: `payment_id` is None for all others.
    An event that does not carry our id, like a refund made in the provider's dashboard,
    is matched by the provider's reference. `body` is exactly what was received.
    Raises `RECEIVE_WEBHOOK_ERRORS`.
    """
    provider_event = provider_named(provider).parse_webhook(headers=headers, body=body, now=now)
    if not is_storable(provider_event):
        raise WebhookMalformed
    if provider_event.outcome is None:
        return provider_event
    payments = Payment.objects.filter(provider=provider)
    if provider_event.payment_id:
        payments = payments.filter(pk=provider_event.payment_id)
    else:
        payments = payments.filter(reference=provider_event.outcome.reference)
    return replace(provider_event, payment_id=payments.values_list("pk", flat=True).first())


@transaction_required
def record_provider_event(*, provider_event: ProviderEvent, now: datetime) -> bool:
    """Record, in the transaction that applies it, that an event was received.

    Returns False when it was recorded before: it must not be applied again. A second
    transaction with the same event waits for the first to end.
    """
    _, new = WebhookEvent.objects.get_or_create(
        provider=provider_event.provider,
        event_id=provider_event.event_id,
        defaults={
            "kind": provider_event.kind,
            "payment_id": provider_event.payment_id,
            "received_at": now,
        },
    )
    return new

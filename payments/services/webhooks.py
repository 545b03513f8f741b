"""Events that providers send: read and trusted here, applied by `record_outcome`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from payments.domain import Notice
from payments.models import Payment, WebhookEvent
from payments.providers import provider_named


def receive_webhook(
    *, provider: str, headers: Mapping[str, str], body: bytes, now: datetime
) -> Notice:
    """Checks the signature and reads the event; changes nothing.

    A provider can only speak of its own payments: `payment_id` is None for all others.
    An event that does not carry our id, like a refund made at the provider's own
    desk, is matched by the provider's reference. `body` is exactly what was received.
    Raises `UnknownProvider`, `WebhookSignatureInvalid`, `WebhookStale`, `WebhookMalformed`.
    """
    notice = provider_named(provider).parse_webhook(headers=headers, body=body, now=now)
    if notice.outcome is None:
        return notice
    payments = Payment.objects.filter(provider=provider)
    if notice.payment_id:
        payments = payments.filter(pk=notice.payment_id)
    else:
        payments = payments.filter(reference=notice.outcome.reference)
    return replace(notice, payment_id=payments.values_list("pk", flat=True).first())


def record_event(*, notice: Notice, now: datetime) -> bool:
    """Notes, in the transaction that applies it, that an event was received.

    False when it had been before: it must not be applied again. A second
    transaction with the same event waits for the first to end.
    """
    _, new = WebhookEvent.objects.get_or_create(
        provider=notice.provider,
        event_id=notice.event_id,
        defaults={"kind": notice.kind, "payment_id": notice.payment_id, "received_at": now},
    )
    return new

"""Webhooks of payment providers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts.access import ANYONE
from checkout import services
from core.http.operations import operation
from payments.domain import OutcomeMismatch
from payments.services import RECEIVE_WEBHOOK_ERRORS, execute_operations, receive_webhook


class RawBody(BaseParser):
    """The bytes as they were sent: the signature is over these."""

    media_type = "*/*"

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Leave the body alone; the view reads it."""
        return {}


class PaymentWebhookViewSet(ViewSet):
    """Events of payment providers, signed by them."""

    authentication_classes = ()
    parser_classes = (RawBody,)

    @operation(
        "receivePaymentWebhook",
        "Receive an event of a payment provider",
        access=ANYONE,
        responses={204: None},
        errors=(*RECEIVE_WEBHOOK_ERRORS, OutcomeMismatch),
        tag="Checkout",
        description="For providers. The signature is checked; each event is applied once, "
        "in any order.",
    )
    def receive(self, request: Request, provider: str) -> HttpResponse:
        now = timezone.now()
        provider_event = receive_webhook(
            provider=provider, headers=request.headers, body=request.body, now=now
        )
        services.resolve_webhook(provider_event=provider_event, now=now)
        if provider_event.payment_id is not None:
            execute_operations(payment_id=provider_event.payment_id)
        return HttpResponse(status=204)

"""E-mails about an order over HTTP."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts.access import SUPPORT
from core.http.callers import caller_of
from core.http.fields import validated
from core.http.idempotency import ApiResponse, write
from core.http.operations import operation
from core.http.throttling import require_quota
from orders import services
from orders.mails import OrderMail, resent_by
from orders.models import Order
from orders.serializers import OrderEmailInput


class EmailViewSet(ViewSet):
    """E-mails to the buyer of an order."""

    @operation(
        "resendOrderEmail",
        "Send an e-mail to the buyer again",
        access=SUPPORT,
        scope="orders:write",
        request=OrderEmailInput,
        responses={202: None},
        errors=services.RESEND_EMAIL_ERRORS,
        tag="Orders",
        description="About the latest event of this kind; it shows the order as it is now. An "
        "order's e-mails are sent again a few times an hour at most.",
    )
    def create(self, request: Request, number: str) -> HttpResponse:
        data = validated(OrderEmailInput, request)

        def resend() -> Order:
            require_quota("mail", resent_by(number))
            return services.resend_email(
                caller=caller_of(request),
                number=number,
                mail=OrderMail(data["type"]),
                now=timezone.now(),
            )

        return write(request, resend, lambda _: ApiResponse(202))

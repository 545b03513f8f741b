"""The caller's two-factor authentication."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts import services
from accounts.access import ACCOUNT
from accounts.authentication import user_of
from accounts.serializers.credentials import (
    CodeInput,
    EnrollmentOutput,
    PasswordInput,
    RecoveryCodesOutput,
    StopMfaInput,
)
from core.http.fields import validated
from core.http.idempotency import ApiResponse, write
from core.http.operations import operation

TAG = "Accounts"
STOPPING = "Ends every session. The owner is told by e-mail."


class MfaViewSet(ViewSet):
    """Two-factor authentication: an authenticator app beside the password."""

    rate_group = "auth"

    @operation(
        "startMfa",
        "Set up an authenticator app",
        access=ACCOUNT,
        request=PasswordInput,
        responses={201: EnrollmentOutput},
        errors=services.START_MFA_ERRORS,
        tag=TAG,
        description="Takes the password again, so that a stolen token is not enough to lock its "
        "owner out. Nothing changes until a first code is confirmed.",
    )
    def create(self, request: Request) -> HttpResponse:
        values = validated(PasswordInput, request)
        user_id = user_of(request).pk
        return write(
            request,
            lambda: services.start_mfa(user_id=user_id, **values, now=timezone.now()),
            lambda started: ApiResponse(201, {"secret": started.secret, "url": started.url}),
        )

    @operation(
        "confirmMfa",
        "Turn two-factor authentication on with a first code",
        access=ACCOUNT,
        request=CodeInput,
        responses={200: RecoveryCodesOutput},
        errors=services.CONFIRM_MFA_ERRORS,
        tag=TAG,
        description="Ends every session; from now on logging in takes `otp` too. "
        "The owner is told by e-mail.",
    )
    def confirm(self, request: Request) -> HttpResponse:
        values = validated(CodeInput, request)
        user_id = user_of(request).pk
        return write(
            request,
            lambda: services.confirm_mfa(user_id=user_id, **values, now=timezone.now()),
            lambda codes: ApiResponse(200, {"recovery_codes": codes}),
        )

    @operation(
        "stopMfa",
        "Turn two-factor authentication off",
        access=ACCOUNT,
        request=StopMfaInput,
        responses={204: None},
        errors=services.STOP_MFA_ERRORS,
        tag=TAG,
        description=f"{STOPPING} Some clients drop the body of a DELETE: `POST /me/mfa/disable` is "
        "the same.",
    )
    def destroy(self, request: Request) -> HttpResponse:
        return _stop(request)

    @operation(
        "disableMfa",
        "Turn two-factor authentication off",
        access=ACCOUNT,
        request=StopMfaInput,
        responses={204: None},
        errors=services.STOP_MFA_ERRORS,
        tag=TAG,
        description=STOPPING,
    )
    def disable(self, request: Request) -> HttpResponse:
        return _stop(request)


def _stop(request: Request) -> HttpResponse:
    values = validated(StopMfaInput, request)
    user_id = user_of(request).pk
    return write(
        request,
        lambda: services.stop_mfa(user_id=user_id, **values, now=timezone.now()),
        lambda _: ApiResponse(204),
    )

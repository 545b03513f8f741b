"""Registration, login and logout."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts import services
from accounts.access import ANYONE
from accounts.domain import (
    Device,
    TokenPair,
    WeakPassword,
)
from accounts.mail_quota import may_mail
from accounts.serializers.credentials import (
    LoginInput,
    RefreshInput,
    RegisterInput,
    TokenPairOutput,
)
from accounts.serializers.profile import ProfileOutput, profile_body
from core.http.callers import client_address
from core.http.fields import validated
from core.http.idempotency import ApiResponse, write
from core.http.operations import operation
from core.languages import preferred_language

TAG = "Accounts"


def device_of(request: Request) -> Device:
    """Return where a request comes from."""
    return Device(
        user_agent=request.headers.get("User-Agent", "").replace("\0", ""),
        ip_address=client_address(request),
    )


def _pair_response(pair: TokenPair) -> ApiResponse:
    body = {"access": pair.access, "refresh": pair.refresh}
    return ApiResponse(200, body, {"Cache-Control": "no-store"})


class AuthViewSet(ViewSet):
    """Registration and sessions; the credentials are in the body, so no header is read."""

    authentication_classes = []
    rate_group = "auth"

    @operation(
        "register",
        "Open an account",
        access=ANYONE,
        request=RegisterInput,
        responses={201: ProfileOutput},
        errors=[WeakPassword],
        tag=TAG,
        description="An address that is already taken gets the same response, so that nobody can "
        "find out who has an account.",
    )
    def register(self, request: Request) -> HttpResponse:
        values = validated(RegisterInput, request)
        # Someone else may have used up the quota; that costs the e-mail and not the account.
        welcome = may_mail(request, values["email"])
        accepted = request.headers.get("Accept-Language", "")
        language = preferred_language(accepted, settings.SHOP_LANGUAGES)
        return write(
            request,
            lambda: services.register_user(**values, language=language, welcome=welcome),
            lambda user: ApiResponse(201, profile_body(user)),
        )

    @operation(
        "createToken",
        "Log in",
        access=ANYONE,
        request=LoginInput,
        responses={200: TokenPairOutput},
        errors=services.LOG_IN_ERRORS,
        tag=TAG,
        description="Where the shop requires a verified e-mail address, an account without one is "
        "refused like a wrong password. A link that sets a new password verifies it, too.",
    )
    def token(self, request: Request) -> HttpResponse:
        values = validated(LoginInput, request)
        device = device_of(request)
        return write(
            request,
            lambda: services.log_in(**values, device=device, now=timezone.now()),
            _pair_response,
        )

    @operation(
        "refreshToken",
        "Exchange a refresh token for the next pair",
        access=ANYONE,
        request=RefreshInput,
        responses={200: TokenPairOutput},
        errors=services.REFRESH_SESSION_ERRORS,
        tag=TAG,
        description="The refresh token is spent by this. For some seconds the one spent last gets "
        "its successor again, because two tabs may refresh at once. Sent later, it ends the "
        "session, and so does an older one. Retry a lost response with the same Idempotency-Key.",
    )
    def refresh(self, request: Request) -> HttpResponse:
        values = validated(RefreshInput, request)
        return write(
            request,
            lambda: services.refresh_session(**values, now=timezone.now()),
            _pair_response,
        )

    @operation(
        "logout",
        "End the session of a refresh token",
        access=ANYONE,
        request=RefreshInput,
        responses={204: None},
        errors=services.LOG_OUT_ERRORS,
        tag=TAG,
    )
    def logout(self, request: Request) -> HttpResponse:
        values = validated(RefreshInput, request)
        return write(
            request,
            lambda: services.log_out(**values, now=timezone.now()),
            lambda _: ApiResponse(204),
        )

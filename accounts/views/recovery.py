"""Confirming an e-mail address, changing and recovering credentials."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts import services
from accounts.access import ACCOUNT, ANYONE
from accounts.authentication import user_of
from accounts.domain import LinkInvalid
from accounts.mail_quota import may_mail, require_mail_quota
from accounts.selectors import profile_of
from accounts.serializers.credentials import (
    ChangeEmailInput,
    ChangePasswordInput,
    EmailChangeOutput,
    EmailInput,
    LinkTokenInput,
    ResetPasswordInput,
)
from accounts.views.auth import device_of
from core.http.fields import validated
from core.http.idempotency import ApiResponse, write
from core.http.operations import operation

TAG = "Accounts"


class RecoveryViewSet(ViewSet):
    """Operations by a mailed link, which is the credential."""

    authentication_classes = []
    rate_group = "auth"

    @operation(
        "verifyEmail",
        "Confirm an e-mail address",
        access=ANYONE,
        request=LinkTokenInput,
        responses={204: None},
        errors=[LinkInvalid],
        tag=TAG,
    )
    def verify_email(self, request: Request) -> HttpResponse:
        values = validated(LinkTokenInput, request)
        return write(
            request,
            lambda: services.verify_email(**values, now=timezone.now()),
            lambda _: ApiResponse(204),
        )

    @operation(
        "forgotPassword",
        "Ask for a link that sets a new password",
        access=ANYONE,
        request=EmailInput,
        responses={202: None},
        tag=TAG,
        description="The response is the same whether or not there is such an account.",
    )
    def forgot_password(self, request: Request) -> HttpResponse:
        values = validated(EmailInput, request)
        # Past the limit nothing is sent; saying so would tell strangers how often others asked.
        sends = may_mail(request, values["email"])
        return write(
            request,
            lambda: services.forgot_password(**values) if sends else None,
            lambda _: ApiResponse(202),
        )

    @operation(
        "resetPassword",
        "Set a new password by a mailed link",
        access=ANYONE,
        request=ResetPasswordInput,
        responses={204: None},
        errors=services.RESET_PASSWORD_ERRORS,
        tag=TAG,
        description="Ends every session of the account, and the lockout that other people's wrong "
        "passwords have caused.",
    )
    def reset_password(self, request: Request) -> HttpResponse:
        values = validated(ResetPasswordInput, request)
        device = device_of(request)
        return write(
            request,
            lambda: services.reset_password(**values, device=device, now=timezone.now()),
            lambda _: ApiResponse(204),
            consumes_credential=True,
        )

    @operation(
        "confirmEmailChange",
        "Confirm a change of e-mail address, at the old or the new one",
        access=ANYONE,
        request=LinkTokenInput,
        responses={200: EmailChangeOutput},
        errors=services.CONFIRM_EMAIL_CHANGE_ERRORS,
        tag=TAG,
    )
    def confirm_email_change(self, request: Request) -> HttpResponse:
        values = validated(LinkTokenInput, request)
        return write(
            request,
            lambda: services.confirm_email_change(**values, now=timezone.now()),
            lambda complete: ApiResponse(200, {"complete": complete}),
        )


class CredentialsViewSet(ViewSet):
    """The caller's own e-mail address and password."""

    rate_group = "auth"

    @operation(
        "changePassword",
        "Change your password",
        access=ACCOUNT,
        request=ChangePasswordInput,
        responses={204: None},
        errors=services.CHANGE_PASSWORD_ERRORS,
        tag=TAG,
        description="Ends every session of the account, this one included.",
    )
    def change_password(self, request: Request) -> HttpResponse:
        values = validated(ChangePasswordInput, request)
        user_id = user_of(request).pk
        return write(
            request,
            lambda: services.change_password(user_id=user_id, **values, now=timezone.now()),
            lambda _: ApiResponse(204),
            consumes_credential=True,
        )

    @operation(
        "requestEmailVerification",
        "Send the verification link again",
        access=ACCOUNT,
        responses={202: None},
        tag=TAG,
    )
    def request_verification(self, request: Request) -> HttpResponse:
        user_id = user_of(request).pk
        require_mail_quota(request, profile_of(user_id).email)
        return write(
            request,
            lambda: services.request_verification(user_id=user_id),
            lambda _: ApiResponse(202),
        )

    @operation(
        "changeEmail",
        "Change your e-mail address",
        access=ACCOUNT,
        request=ChangeEmailInput,
        responses={202: None},
        errors=services.REAUTHENTICATE_ERRORS,
        tag=TAG,
        description="A link goes to the old and to the new address; both have to be confirmed.",
    )
    def change_email(self, request: Request) -> HttpResponse:
        values = validated(ChangeEmailInput, request)
        require_mail_quota(request, values["new_email"])
        user_id = user_of(request).pk
        return write(
            request,
            lambda: services.change_email(user_id=user_id, **values, now=timezone.now()),
            lambda _: ApiResponse(202),
        )

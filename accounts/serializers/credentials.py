"""Serializers of logging in, passwords and second factors."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.domain import MAX_PASSWORD_LENGTH
from accounts.tokens.json_web_tokens import MAX_TOKEN_LENGTH
from core.http.fields import (
    Input,
    Output,
    StrictCharField,
    StrictEmailField,
)

_PASSWORD = "correct horse battery staple"  # noqa: S105 -- an example


_TOKEN = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"  # noqa: S105


class PasswordField(StrictCharField):
    """A password: any characters, none of them trimmed or left out."""

    def clean(self, text: str) -> str:
        """Return what was typed; `normalize_password` makes one form of it."""
        return text

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{
                "max_length": MAX_PASSWORD_LENGTH,
                "trim_whitespace": False,
                "write_only": True,
                "style": {"input_type": "password"},
                **kwargs,
            }
        )


class RegisterInput(Input):
    """A new account."""

    examples = {"password": _PASSWORD, "first_name": "Ada", "last_name": "Lovelace"}

    email = StrictEmailField()
    password = PasswordField(help_text="At least 8 characters, and not a common one.")
    first_name = StrictCharField(max_length=100, required=False, allow_blank=True, default="")
    last_name = StrictCharField(max_length=100, required=False, allow_blank=True, default="")


class CredentialsInput(Input):
    """The credentials of a login."""

    examples = {"password": _PASSWORD}

    email = StrictEmailField()
    password = PasswordField()


class LoginInput(CredentialsInput):
    """The credentials of a login, with a code from the authenticator app where MFA is on."""

    otp = StrictCharField(max_length=20, required=False, help_text="Or a recovery code.")


class CodeInput(Input):
    """A code from the authenticator app."""

    examples = {"code": "123456"}

    code = StrictCharField(max_length=20)


class StopMfaInput(CodeInput):
    """A code and the password."""

    examples = {"code": "123456", "password": _PASSWORD}

    password = PasswordField()


class EnrollmentOutput(Output):
    """What the authenticator app has to be told."""

    examples = {
        "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        "url": "otpauth://totp/CongoCart:ada@example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    }

    secret = serializers.CharField(help_text="To be typed, in base 32.")
    url = serializers.CharField(help_text="To be shown as a QR code.")


class RecoveryCodesOutput(Output):
    """Recovery codes: each works once in place of a code. They cannot be read again."""

    examples = {"recovery_codes": ["k7m2p-x4wq9", "c3hvt-8r2nd"]}

    recovery_codes = serializers.ListField(child=serializers.CharField())


class RefreshInput(Input):
    """A refresh token."""

    examples = {"refresh": _TOKEN}

    refresh = StrictCharField(max_length=MAX_TOKEN_LENGTH)


class EmailInput(Input):
    """An e-mail address."""

    email = StrictEmailField()


class LinkTokenInput(Input):
    """The token of a mailed link."""

    examples = {"token": "Wm9yYS1hbmQtQWRhLWdvLXNob3BwaW5nLWZvci10ZWE"}

    token = StrictCharField(max_length=500)


class ResetPasswordInput(LinkTokenInput):
    """A new password, and the token of a mailed link."""

    examples = {**LinkTokenInput.examples, "password": _PASSWORD}

    password = PasswordField()


class ChangePasswordInput(Input):
    """A new password, and the current one."""

    examples = {"current_password": _PASSWORD, "password": "four other words entirely"}

    current_password = PasswordField()
    password = PasswordField()


class ChangeEmailInput(Input):
    """A new e-mail address, and the password."""

    examples = {"password": _PASSWORD}

    new_email = StrictEmailField()
    password = PasswordField()


class EmailChangeOutput(Output):
    """The progress of a change of e-mail address."""

    complete = serializers.BooleanField(help_text="Whether both addresses have confirmed.")


class PasswordInput(Input):
    """Your password, again."""

    examples = {"password": _PASSWORD}

    password = PasswordField()


class TokenPairOutput(Output):
    """The tokens of a session."""

    examples = {"access": _TOKEN, "refresh": _TOKEN}

    access = serializers.CharField(help_text="For the Authorization header; valid for 10 minutes.")
    refresh = serializers.CharField(help_text="Valid for one refresh within 30 days.")


class JwkOutput(Output):
    """A public key (RFC 7517)."""

    examples = {
        "kty": "EC",
        "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        "kid": "7d3f0a52",
        "use": "sig",
        "alg": "ES256",
    }

    kty = serializers.CharField()
    crv = serializers.CharField()
    x = serializers.CharField()
    y = serializers.CharField()
    kid = serializers.CharField()
    use = serializers.CharField()
    alg = serializers.CharField()


class JwksOutput(Output):
    """The public keys that verify access tokens (RFC 7517)."""

    keys = JwkOutput(many=True)

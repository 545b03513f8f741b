"""The serializers of accounts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers

from accounts.domain import MAX_PASSWORD_LENGTH, Role, normalize_email
from accounts.models import RefreshSession, SavedAddress, User
from accounts.selectors import roles_of
from accounts.tokens.json_web_tokens import MAX_TOKEN_LENGTH
from core.http.fields import (
    Input,
    Output,
    StrictBooleanField,
    StrictCharField,
    StrictEmailField,
)
from core.http.serializers import AddressInput, AddressOutput

_PASSWORD = "correct horse battery staple"  # noqa: S105 -- an example
_TOKEN = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"  # noqa: S105


class EmailAddressField(StrictEmailField):
    """An e-mail address, in the form in which addresses are compared."""

    def to_internal_value(self, data: Any) -> str:
        email = normalize_email(super().to_internal_value(data))
        if len(email) > 254:  # Lower case may be longer: `İ` becomes two characters.
            self.fail("invalid")
        return email


class PasswordField(StrictCharField):
    """A password: any characters, none of them trimmed."""

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

    email = EmailAddressField()
    password = PasswordField(help_text="At least 8 characters, and not a common one.")
    first_name = StrictCharField(max_length=100, required=False, allow_blank=True, default="")
    last_name = StrictCharField(max_length=100, required=False, allow_blank=True, default="")


class CredentialsInput(Input):
    """The credentials of a login."""

    examples = {"password": _PASSWORD}

    email = EmailAddressField()
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

    email = EmailAddressField()


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

    new_email = EmailAddressField()
    password = PasswordField()


class EmailChangeOutput(Output):
    """The progress of a change of e-mail address."""

    complete = serializers.BooleanField(help_text="Whether both addresses have confirmed.")


class PasswordInput(Input):
    """Your password, again."""

    examples = {"password": _PASSWORD}

    password = PasswordField()


class ExportOutput(Output):
    """Everything known about you, by the part of the shop that keeps it."""

    account = serializers.DictField()
    email_change = serializers.DictField(
        allow_null=True, help_text="A change of e-mail address that waits to be confirmed."
    )
    addresses = serializers.ListField(child=serializers.DictField())
    api_keys = serializers.ListField(child=serializers.DictField())
    sessions = serializers.ListField(child=serializers.DictField())
    carts = serializers.ListField(child=serializers.DictField())
    checkouts = serializers.ListField(child=serializers.DictField())
    orders = serializers.ListField(child=serializers.DictField())


class TokenPairOutput(Output):
    """The tokens of a session."""

    examples = {"access": _TOKEN, "refresh": _TOKEN}

    access = serializers.CharField(help_text="For the Authorization header; valid for 10 minutes.")
    refresh = serializers.CharField(help_text="Valid for one refresh within 30 days.")


class ProfileOutput(Output):
    """An account, as its owner sees it."""

    examples = {"first_name": "Ada", "last_name": "Lovelace"}

    id = serializers.UUIDField()
    email = serializers.EmailField()
    first_name = serializers.CharField(allow_blank=True)
    last_name = serializers.CharField(allow_blank=True)
    email_verified = serializers.BooleanField()
    roles = serializers.ListField(child=serializers.ChoiceField(list(Role)))
    created_at = serializers.DateTimeField()


class ProfileInput(Input):
    """The changes to an account."""

    examples = {"first_name": "Ada", "last_name": "Lovelace"}

    first_name = StrictCharField(max_length=100, required=False, allow_blank=True)
    last_name = StrictCharField(max_length=100, required=False, allow_blank=True)


class SavedAddressInput(AddressInput):
    """An address for the address book."""

    examples = {**AddressInput.examples, "default_shipping": True, "default_billing": True}

    default_shipping = StrictBooleanField(required=False)
    default_billing = StrictBooleanField(required=False)


class SavedAddressChangesInput(SavedAddressInput):
    """The changes to an address; fields that are left out stay as they are."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields


class SavedAddressOutput(AddressOutput):
    """An address in the address book."""

    id = serializers.UUIDField()
    default_shipping = serializers.BooleanField()
    default_billing = serializers.BooleanField()
    created_at = serializers.DateTimeField()


class SessionOutput(Output):
    """A session: a place where you are logged in."""

    examples = {"user_agent": "Mozilla/5.0 (X11; Linux x86_64)", "ip_address": "203.0.113.7"}

    id = serializers.UUIDField()
    user_agent = serializers.CharField(allow_blank=True)
    ip_address = serializers.IPAddressField(allow_null=True)
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    current = serializers.BooleanField(help_text="Whether this request belongs to it.")


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


def saved_address_body(saved: SavedAddress) -> dict[str, Any]:
    """Render a saved address as `SavedAddressOutput`."""
    return {
        "id": saved.pk,
        **saved.as_address().as_dict(),
        "default_shipping": saved.default_shipping,
        "default_billing": saved.default_billing,
        "created_at": saved.created_at,
    }


def session_body(session: RefreshSession, current_id: UUID) -> dict[str, Any]:
    """Render a session as `SessionOutput`."""
    return {
        "id": session.pk,
        "user_agent": session.user_agent,
        "ip_address": session.ip_address,
        "created_at": session.created_at,
        "last_used_at": session.last_used_at,
        "expires_at": session.expires_at,
        "current": session.pk == current_id,
    }


def profile_body(user: User) -> dict[str, Any]:
    """Render a user from `users_with_roles` as `ProfileOutput`."""
    return {
        "id": user.pk,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email_verified": user.email_verified_at is not None,
        "roles": sorted(roles_of(user)),
        "created_at": user.created_at,
    }

"""The forms by which staff log in and manage two-factor authentication."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone
from unfold.forms import AuthenticationForm
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from accounts.domain import (
    MAX_PASSWORD_LENGTH,
    InvalidCredentials,
    MfaRequired,
    PasswordChecksBusy,
    TooManyAttempts,
)
from accounts.services import verify_mfa
from staff.admin_site import sessions


class StaffLoginForm(AuthenticationForm):
    """E-mail address, password, and a code from the authenticator app where MFA is on."""

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": "Please enter the correct email and password, and the code if two-factor "
        "authentication is on. Passwords are case-sensitive.",
    }
    otp = forms.CharField(
        label="Two-factor authentication code (optional)",
        required=False,
        max_length=20,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "one-time-code"}),
        help_text="Only if you have turned two-factor authentication on.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The theme hides the page until its script has run, when `autofocus` has passed.
        self.fields["username"].widget.attrs["x-init"] = "$nextTick(() => $el.focus())"

    def clean(self) -> dict[str, Any]:
        """Check the password; tell someone who only has to wait a moment so."""
        try:
            return super().clean()
        except PasswordChecksBusy as refusal:
            raise forms.ValidationError(refusal.detail) from None

    def confirm_login_allowed(self, user: AbstractBaseUser) -> None:
        """Check the code once the password was right, and begin a new session.

        Staff who need MFA and have not set it up are let in only as far as to do so
        (`AdminMfaMiddleware`).
        """
        super().confirm_login_allowed(user)
        try:
            code = "".join(self.data.get("otp", "").split())[:20]
            since = verify_mfa(user_id=user.pk, code=code, now=timezone.now())
        except (InvalidCredentials, MfaRequired, TooManyAttempts) as refusal:
            raise forms.ValidationError(refusal.detail) from None
        sessions.begin(self.request, since=since)


def _code_field(*, help_text: str = "", **attrs: str) -> forms.CharField:
    attrs |= {"autocomplete": "one-time-code", "spellcheck": "false"}
    return forms.CharField(
        label="Code from your authenticator app",
        help_text=help_text,
        max_length=20,
        widget=UnfoldAdminTextInputWidget(attrs=attrs),
    )


class CodeForm(forms.Form):
    """A code from the authenticator app; the blanks with which apps show it are ignored."""

    code = _code_field(inputmode="numeric")

    def clean_code(self) -> str:
        """Return the code without blanks."""
        return "".join(self.cleaned_data["code"].split())


class EitherCodeForm(CodeForm):
    """A code from the authenticator app, or a recovery code."""

    code = _code_field(help_text="Or one of your recovery codes.")


class PasswordForm(forms.Form):
    """The password, again."""

    password = forms.CharField(
        max_length=MAX_PASSWORD_LENGTH,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "current-password"}),
    )


class StopForm(PasswordForm, EitherCodeForm):
    """The password and a code, to turn MFA off."""

    field_order = ["password", "code"]

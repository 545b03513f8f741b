"""The forms of the admin site by which staff prove who they are."""

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
    TooManyAttempts,
)
from accounts.services import show_second_factor
from staff.admin_site import sessions


class StaffLoginForm(AuthenticationForm):
    """E-mail address, password, and the code of an authenticator app where one is used."""

    otp = forms.CharField(
        label="Code of your authenticator app",
        required=False,
        max_length=20,
        widget=UnfoldAdminTextInputWidget(
            attrs={"form": "login-form", "autocomplete": "one-time-code"}
        ),
    )

    def confirm_login_allowed(self, user: AbstractBaseUser) -> None:
        """Asks for the second factor once the password was right, and notes it in a new session.

        Whoever has none and needs one is let in as far as to set one up (`AdminMfaMiddleware`).
        """
        super().confirm_login_allowed(user)
        try:
            since = show_second_factor(user_id=user.pk, code=self._typed_code(), now=timezone.now())
        except (InvalidCredentials, MfaRequired, TooManyAttempts) as refusal:
            raise forms.ValidationError(refusal.detail) from None
        sessions.begin(self.request, since=since)

    def _typed_code(self) -> str:
        typed: Any = self.data.get("otp", "")
        return "".join(str(typed).split())[:20]


def _code_field(*, help_text: str = "", **attrs: str) -> forms.CharField:
    attrs |= {"autocomplete": "one-time-code", "spellcheck": "false"}
    return forms.CharField(
        label="Code of your authenticator app",
        help_text=help_text,
        max_length=20,
        widget=UnfoldAdminTextInputWidget(attrs=attrs),
    )


class CodeForm(forms.Form):
    """A code of the authenticator app; the blanks with which apps show it do not matter."""

    code = _code_field(inputmode="numeric")

    def clean_code(self) -> str:
        """Without blanks."""
        return "".join(self.cleaned_data["code"].split())


class EitherCodeForm(CodeForm):
    """A code of the authenticator app, or a recovery code."""

    code = _code_field(help_text="Or one of your recovery codes.")


class PasswordForm(forms.Form):
    """The password, again."""

    password = forms.CharField(
        max_length=MAX_PASSWORD_LENGTH,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "current-password"}),
    )


class StopForm(PasswordForm, EitherCodeForm):
    """What it takes to do without a second factor."""

    field_order = ["password", "code"]

"""The admin page on which staff change their own password."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils import timezone
from unfold.forms import AdminOwnPasswordChangeForm

from accounts.domain import InvalidCredentials, TooManyAttempts
from accounts.services import change_password
from core.errors import CongoCartError
from staff.admin_site import sessions


class OwnPasswordForm(AdminOwnPasswordChangeForm):
    """A new password and the old one, which `change_password` checks, so that failures count."""

    def clean_old_password(self) -> str:
        """Return the old password unchecked."""
        typed: str = self.cleaned_data["old_password"]
        return typed


class OwnPasswordPage(PasswordChangeView):
    """Change the password as the API does: every session ends, except this one."""

    form_class = OwnPasswordForm
    success_url = reverse_lazy("admin:password_change_done")

    def form_valid(self, form: Any) -> HttpResponse:
        """Change the password, or show a refusal beside the field that it is about."""
        typed = form.cleaned_data
        try:
            change_password(
                user_id=form.user.pk,
                current_password=typed["old_password"],
                password=typed["new_password1"],
                now=timezone.now(),
            )
        except CongoCartError as refusal:
            about_old = isinstance(refusal, InvalidCredentials | TooManyAttempts)
            form.add_error("old_password" if about_old else "new_password2", refusal.detail)
            return self.form_invalid(form)
        sessions.keep(self.request)
        return redirect(self.get_success_url())


def own_password_page(
    request: HttpRequest, extra_context: dict[str, Any] | None = None
) -> HttpResponseBase:
    """Show the page in place of the theme's own, whose form cannot be replaced."""
    context = {**admin.site.each_context(request), **(extra_context or {})}
    return OwnPasswordPage.as_view(extra_context=context)(request)

"""What an admin session has proved, and what it may therefore do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

# Keys of the session; their values are moments in ISO 8601.
_SHOWN = "second_factor_shown"
_STARTED = "second_factor_started"


class AdminMfaMiddleware:
    """Close the admin to sessions that have not passed their user's two-factor authentication.

    A session that has not, because it was turned on elsewhere since, is ended. Where staff need
    two-factor authentication, a session whose user has not set it up can do nothing but that.
    Decided by the path alone, before any view is looked up, so that no page can be forgotten.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        refusal = _refusal(request) if request.path_info.startswith("/admin/") else None
        return refusal or self.get_response(request)


def begin(request: HttpRequest, *, since: datetime | None) -> None:
    """Begin a session for a user who just passed the two-factor authentication on `since` then."""
    request.session.flush()
    if since is not None:
        request.session[_SHOWN] = since.isoformat()


def note_confirmed(request: HttpRequest, *, since: datetime) -> None:
    """Note that the session turned two-factor authentication on, and so has passed it."""
    keep(request)
    request.session.pop(_STARTED, None)
    request.session[_SHOWN] = since.isoformat()


def keep(request: HttpRequest) -> None:
    """Continue this session under a new key after its user ended all of them from here."""
    user: Any = request.user
    user.refresh_from_db(fields=["password", "sessions_ended_at"])
    update_session_auth_hash(request, user)


def note_started(request: HttpRequest, *, at: datetime) -> None:
    """Note that the session began to set up an authenticator app."""
    request.session[_STARTED] = at.isoformat()


def started_at(request: HttpRequest) -> datetime | None:
    """Return when this session began to set up an authenticator app."""
    noted = request.session.get(_STARTED)
    return datetime.fromisoformat(noted) if noted else None


def _refusal(request: HttpRequest) -> HttpResponse | None:
    user: Any = request.user
    always_open = (reverse("admin:login"), reverse("admin:logout"))
    if not user.is_authenticated or request.path in always_open:
        return None
    since: datetime | None = user.mfa_since  # From `RoleBackend.get_user`.
    if since is not None:
        if request.session.get(_SHOWN) == since.isoformat():
            return None
        logout(request)
        return redirect_to_login(request.get_full_path(), reverse("admin:login"))
    page = reverse("admin:mfa")
    return redirect(page) if settings.STAFF_MFA_REQUIRED and request.path != page else None

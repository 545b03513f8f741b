"""What a session of the admin site has proved, and how far that gets it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from accounts.models import User

_SHOWN = "second_factor_shown"
_STARTED = "second_factor_started"


class AdminMfaMiddleware:
    """Middleware that opens the admin to sessions that have shown their owner's second factor.

    A session that has not, because the factor was set up elsewhere since, is ended. Where
    staff need a second factor, a session of who has none can do nothing but set one up. It
    asks about the path alone, before any view is looked for, so that none can be forgotten.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        inside = request.path_info.startswith("/admin/")
        return (_turned_away(request) if inside else None) or self.get_response(request)


def begin(request: HttpRequest, *, since: datetime | None) -> None:
    """Begins a session, for who has just shown the second factor that is on `since` then."""
    request.session.flush()
    if since is not None:
        request.session[_SHOWN] = since.isoformat()


def note_confirmed(request: HttpRequest, *, since: datetime) -> None:
    """The session has just turned its owner's second factor on, and so has shown it."""
    keep(request)
    request.session.pop(_STARTED, None)
    request.session[_SHOWN] = since.isoformat()


def keep(request: HttpRequest) -> None:
    """The session goes on, under a new key, after its owner has ended all of them from here."""
    user = cast("User", request.user)
    user.refresh_from_db(fields=["password", "sessions_ended_at"])
    update_session_auth_hash(request, user)


def note_started(request: HttpRequest, *, at: datetime) -> None:
    """The session has begun to set up an authenticator app."""
    request.session[_STARTED] = at.isoformat()


def started_at(request: HttpRequest) -> datetime | None:
    """When this very session began to set up an authenticator app."""
    noted = request.session.get(_STARTED)
    return datetime.fromisoformat(noted) if noted else None


def _turned_away(request: HttpRequest) -> HttpResponse | None:
    user = request.user
    if not isinstance(user, User) or request.path in _always_open():
        return None
    since = _second_factor_since(user)
    if since is not None:
        return None if request.session.get(_SHOWN) == since.isoformat() else _log_in_anew(request)
    page = reverse("admin:second_factor")
    return redirect(page) if settings.STAFF_MFA_REQUIRED and request.path != page else None


def _second_factor_since(user: Any) -> datetime | None:
    """As `RoleBackend` has read it along with the session's user."""
    since: datetime | None = user.second_factor_since
    return since


def _always_open() -> tuple[str, str]:
    return reverse("admin:login"), reverse("admin:logout")


def _log_in_anew(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect_to_login(request.get_full_path(), reverse("admin:login"))
